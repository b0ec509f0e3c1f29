// What is asked of cuDNN: a pass of a convolution.
#pragma once

#include <cudnn_graph.h>

#include <compare>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace ditto::detail {

enum class CudnnPass : std::uint8_t { forward, input_gradient, weight_gradient };

/// A pass of a convolution, and all that the choice of its engine depends on.
struct CudnnProblem {
    CudnnPass pass;
    cudnnDataType_t type;  ///< of all tensors
    bool tensor_cores;     ///< may factors be rounded to what tensor cores take?
    bool direct;           ///< no minimal filtering, no Fourier transform
    std::int64_t images, height, width, in, out_height, out_width, out, kernel, stride, padding;
    std::int64_t multiple;  ///< cuDNN gets `in` and `out` channels rounded up to multiples of this
    std::int64_t scratch;   ///< bytes that an engine may use; those that want more are passed over

    std::int64_t padded_in() const { return (in + multiple - 1) / multiple * multiple; }
    std::int64_t padded_out() const { return (out + multiple - 1) / multiple * multiple; }
    friend auto operator<=>(const CudnnProblem&, const CudnnProblem&) = default;

    std::string text() const {
        const auto numbers = [](std::initializer_list<std::int64_t> all) {
            std::string list;
            for (const std::int64_t number : all) list.append(list.empty() ? "" : ", ").append(std::to_string(number));
            return list;
        };
        std::string what = pass == CudnnPass::forward          ? "the output"
                           : pass == CudnnPass::input_gradient ? "the input's gradient"
                                                               : "the weight's gradient";
        what.append(" of a convolution of ").append(std::to_string(images));
        what.append(" images [").append(numbers({height, width, in}));
        what.append("] to [").append(numbers({out_height, out_width, out}));
        what.append("], kernel ").append(std::to_string(kernel)).append(", stride ").append(std::to_string(stride));
        what.append(", padding ").append(std::to_string(padding)).append(direct ? ", direct, in " : ", in ");
        return what.append(type == CUDNN_DATA_BFLOAT16 ? "bf16" : tensor_cores ? "tf32" : "fp32");
    }
};

}  // namespace ditto::detail
