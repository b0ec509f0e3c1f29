// The layers under test: one list for every kind of test, of the cases in reference/make_layers.py.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <ratio>
#include <string>
#include <tuple>

#include "../reference/value_file.hpp"
#include "ditto/layers/layers.hpp"
#include "layer_run.hpp"

namespace ditto::test {

inline constexpr std::size_t images = 4;

/// A string as a template argument.
template <std::size_t Size>
struct Name {
    char text[Size];
    constexpr Name(const char (&characters)[Size]) { std::copy_n(characters, Size, text); }
};

/// A layer on an input, under its name in make_layers.py. `suffix` is what the names of BatchNorm's results have more.
template <Name name, class LayerType, class InputShape, std::size_t Groups = 1, Name suffix = "">
struct Case {
    using Layer = LayerType;
    using Input = InputShape;
    static constexpr std::size_t groups = Groups;
    static std::string inputs() { return name.text; }
    static std::string results() { return std::string(name.text) + suffix.text; }
    /// Are there equal numbers in the input?
    static bool has_ties() { return inputs().ends_with("ties"); }
};

using Cases = std::tuple<                                                                                //
    Case<"conv2d_kernel_5_padding_2", Conv2d<3, 10, 5, Padding<2>>, Shape<12, 12, 3>>,                   //
    Case<"conv2d_kernel_3_padding_1", Conv2d<5, 7, 3, Padding<1>>, Shape<9, 9, 5>>,                      //
    Case<"conv2d_kernel_3_padding_1_wide", Conv2d<16, 24, 3, Padding<1>>, Shape<8, 8, 16>>,              //
    Case<"conv2d_kernel_5_padding_2_not_square", Conv2d<2, 9, 5, Padding<2>>, Shape<7, 13, 2>>,          //
    Case<"conv2d_kernel_2_stride_2", Conv2d<3, 6, 2, Stride<2>>, Shape<8, 6, 3>>,                        //
    Case<"conv2d_kernel_3_padding_1_stride_2", Conv2d<3, 5, 3, Padding<1>, Stride<2>>, Shape<9, 7, 3>>,  //
    Case<"conv2d_kernel_3", Conv2d<4, 3, 3>, Shape<6, 7, 4>>,                                            //
    Case<"conv2d_kernel_1", Conv2d<6, 11, 1>, Shape<5, 4, 6>>,                                           //
    Case<"relu", ReLU, Shape<4, 3, 5>>,                                                                  //
    Case<"leaky_relu_1_100", LeakyReLU<std::ratio<1, 100>>, Shape<4, 3, 5>>,                             //
    Case<"leaky_relu_1_5", LeakyReLU<std::ratio<1, 5>>, Shape<4, 3, 5>>,                                 //
    Case<"sigmoid", Sigmoid, Shape<4, 3, 5>>,                                                            //
    Case<"batch_norm_2d", BatchNorm2d<6>, Shape<5, 4, 6>, 1, ".train_1_group">,                          //
    Case<"batch_norm_2d", BatchNorm2d<6>, Shape<5, 4, 6>, 2, ".train_2_groups">,                         //
    Case<"batch_norm_1d", BatchNorm1d<9>, Shape<9>, 1, ".train_1_group">,                                //
    Case<"batch_norm_1d", BatchNorm1d<9>, Shape<9>, 2, ".train_2_groups">,                               //
    Case<"max_pool_2d_2", MaxPool2d<2>, Shape<6, 8, 5>>,                                                 //
    Case<"max_pool_2d_3_stride_2_padding_1", MaxPool2d<3, Stride<2>, Padding<1>>, Shape<7, 5, 3>>,       //
    Case<"max_pool_2d_2_ties", MaxPool2d<2>, Shape<6, 8, 5>>,                                            //
    Case<"average_pool_2d_2", AveragePool2d<2>, Shape<6, 8, 5>>,                                         //
    Case<"average_pool_2d_3", AveragePool2d<3>, Shape<6, 9, 2>>,                                         //
    Case<"global_average_pool_2d", GlobalAveragePool2d, Shape<5, 6, 7>>,                                 //
    Case<"flatten", Flatten, Shape<3, 4, 5>>,                                                            //
    Case<"linear", Linear<13, 9>, Shape<13>>,                                                            //
    Case<"l2_normalize", L2Normalize, Shape<11>>>;

template <class T>
void fill(Tensor<T>& tensor, const std::string& stream_name) {
    const reference::Stream stream(stream_name);
    for (std::size_t i = 0; i < tensor.size(); ++i) tensor[i] = static_cast<T>(stream[i]);
}

/// A case with the inputs, parameters and buffers that make_layers.py gives it.
template <class Case, class Precision>
LayerRun<typename Case::Layer, typename Case::Input, Precision> make_run(int threads = 2) {
    LayerRun<typename Case::Layer, typename Case::Input, Precision> run(images, Case::groups, threads);
    fill(run.input, Case::inputs() + ".input");
    if (Case::has_ties())
        for (auto& number : run.input) number = std::nearbyint(number * 2) / 2;
    fill(run.output_gradient, Case::inputs() + ".grad_output");
    for (std::size_t i = 0; i < run.parameters.size(); ++i) {
        const TensorInfo& info = run.parameter_infos[i];
        const reference::Stream stream(Case::inputs() + "." + std::string(info.name));
        const reference::RowLayout layout(info);
        layout.for_each([&](std::size_t row, std::size_t j, std::size_t place) {
            run.parameters[i][place] = static_cast<typename Precision::scalar>(stream[row * layout.offsets.size() + j]);
        });
    }
    for (std::size_t i = 0; i < run.buffers.size(); ++i)
        fill(run.buffers[i], Case::inputs() + "." + std::string(run.buffer_infos[i].name));
    if constexpr (run.buffer_infos.size() == 2) {  // BatchNorm: a scale of zero, and variances in [0.5, 1.5)
        run.parameters[0][2] = 0;
        for (auto& variance : run.buffers[1]) variance = variance / 2 + 1;
    }
    return run;
}

}  // namespace ditto::test
