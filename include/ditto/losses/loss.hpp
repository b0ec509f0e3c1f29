// What a loss is: a type that turns the features of pairs and their labels into a number and gradients. It may own
// parameters (a head) that the optimizer trains with the network's.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include "ditto/core/pair_label.hpp"
#include "ditto/core/score_kind.hpp"
#include "ditto/core/shape.hpp"
#include "ditto/core/tensor_info.hpp"

namespace ditto {

/// Base of every loss, with the defaults. A loss adds
///   static constexpr std::string_view name;       // as the command line and the weights' metadata spell it
///   static constexpr ScoreKind score_kind;
/// and, for each device, a kernel, where Features is the Shape<N> of one sample's features:
///   template <class Features, class P>
///   struct Kernel<MyLoss, Features, Cpu<P>> {
///       static void score(const MyLoss&, const Cpu<P>&, const LossCall<T>&);              // scores only
///       static double forward_backward(const MyLoss&, const Cpu<P>&, const LossCall<T>&);  // the mean loss
///   };
/// On CUDA forward_backward returns nothing and leaves the mean at call.loss: see losses/mean_loss.cuh.
/// Most losses need no kernel of their own: see DistanceLoss and CrossEntropyLoss.
struct Loss {
    /// Can it take features of this shape?
    static constexpr bool accepts(Extents features) { return features.is_flat(); }
    /// For the error: the shape it would have taken.
    static constexpr Extents expects(Extents) { return Extents::flat(any_size); }
    /// The head's parameters for given features; names follow "head." in files.
    static constexpr std::array<TensorInfo, 0> parameters(Extents) { return {}; }
};

/// A type that describes a loss.
template <class T>
concept LossDescription = std::derived_from<T, Loss> && std::default_initializable<T> && requires(Extents features) {
    { T::name } -> std::convertible_to<std::string_view>;
    { T::score_kind } -> std::convertible_to<ScoreKind>;
    { T::accepts(features) } -> std::same_as<bool>;
    { T::expects(features) } -> std::same_as<Extents>;
    T::parameters(features).size();
};

/// What one pair adds to the mean loss.
struct PairTerm {
    double loss;
    double slope;  ///< by what the loss is a function of; see who asks for it
};

namespace detail {

/// loss.term(x, same), but NaN for NaN, whatever the loss says: a training that diverges must be seen.
template <class LossType>
constexpr PairTerm term_of(const LossType& loss, double x, bool same) {
    PairTerm term = loss.term(x, same);
    if (x != x) term.loss = x;
    return term;
}

}  // namespace detail

/// The features of one pair, [size] each, read as float64 on any device.
template <class Activation>
struct PairFeatures {
    std::size_t size;
    const Activation* left_features;
    const Activation* right_features;

    constexpr double left(std::size_t i) const { return widened(left_features[i]); }    ///< feature i of the first
    constexpr double right(std::size_t i) const { return widened(right_features[i]); }  ///< and of the second image
    /// How far the first is above the second.
    constexpr double difference(std::size_t i) const { return left(i) - right(i); }

  private:
    static constexpr double widened(Activation number) {
        if constexpr (std::is_same_v<Activation, double>)
            return number;
        else
            return static_cast<double>(static_cast<float>(number));
    }
};

/// Arguments of a loss's kernel. T is the device's scalar, Activation the type of the features (see ForwardCall).
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

    /// How much a pair of this kind counts.
    constexpr double weight(PairLabel label) const {
        return label_weights == nullptr ? 1.0 : label_weights[static_cast<std::size_t>(label)];
    }
    /// The features of one pair, of `size` numbers.
    constexpr PairFeatures<Activation> features(std::size_t pair, std::size_t size) const {
        return {size, left + pair * size, right + pair * size};
    }
};

}  // namespace ditto
