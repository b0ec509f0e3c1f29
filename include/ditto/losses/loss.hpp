// What a loss is: a type that turns the features of pairs and their labels into a number and gradients. It may own
// parameters (a head) that the optimizer trains with the network's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "ditto/core/pair_label.hpp"
#include "ditto/core/score_kind.hpp"
#include "ditto/core/shape.hpp"
#include "ditto/core/tensor_info.hpp"

namespace ditto {

/// Base of every loss, with the defaults. A loss adds
///   static constexpr std::string_view name;       // as the command line and the weights' metadata spell it
///   static constexpr ScoreKind score_kind;
/// and, for each device, the functions
///   double forward_backward(const MyLoss&, Features, const Device&, const LossCall<T>&);  // the mean loss
///   void score(const MyLoss&, Features, const Device&, const LossCall<T>&);               // scores only
/// where Features is the Shape<N> of one sample's features.
struct Loss {
    static constexpr bool accepts(Extents features) { return features.is_flat(); }
    static constexpr Extents expects(Extents) { return Extents::flat(any_size); }
    /// The head's parameters for given features; names follow "head." in files.
    static constexpr std::array<TensorInfo, 0> parameters(Extents) { return {}; }
};

/// Arguments of a loss. T is the device's scalar, Activation the type of the features (see ForwardCall).
template <class T, class Activation = T>
struct LossCall {
    std::size_t pairs;
    const Activation* left;     ///< features of the first images, [pairs, features]
    const Activation* right;    ///< features of the second images, [pairs, features]
    const PairLabel* labels;    ///< [pairs]; not read by score
    Activation* left_gradient;  ///< written by forward_backward, [pairs, features]
    Activation* right_gradient;
    double* scores;  ///< written, [pairs]
    std::array<const T*, max_layer_tensors> parameters;
    std::array<T*, max_layer_tensors> parameter_gradients;
    /// [2] by PairLabel: how much a pair of each kind counts in the mean and in all gradients. Null: 1.
    const double* label_weights = nullptr;
    double* loss = nullptr;  ///< written by forward_backward on devices whose functions return before the work is done

    constexpr double weight(PairLabel label) const {
        return label_weights == nullptr ? 1.0 : label_weights[static_cast<std::size_t>(label)];
    }
};

}  // namespace ditto
