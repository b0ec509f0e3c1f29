// What an operation of cuDNN's graph says, and its computation: from the sizes, strides, paddings and types of its
// descriptors, summed in double and rounded once.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "cudnn_descriptors.hpp"
#include "gemm.hpp"

namespace emulation::detail {

struct CudnnTensor {
    cudnnDataType_t type;
    std::array<std::int64_t, 4> sizes;  // images, channels, rows, columns; of a filter, outputs first, then inputs
    std::array<std::int64_t, 4> strides;
    std::int64_t id;
    std::int64_t alignment;

    std::size_t at(std::int64_t n, std::int64_t c, std::int64_t row, std::int64_t column) const {
        return static_cast<std::size_t>(n * strides[0] + c * strides[1] + row * strides[2] + column * strides[3]);
    }
    cudaDataType_t cuda_type() const { return type == CUDNN_DATA_FLOAT ? CUDA_R_32F : CUDA_R_16BF; }
    std::size_t bytes() const {
        return (at(sizes[0] - 1, sizes[1] - 1, sizes[2] - 1, sizes[3] - 1) + 1) * bytes_of(cuda_type());
    }
};

struct CudnnConvolution {
    cudnnBackendDescriptorType_t operation;
    CudnnTensor x, w, y;
    std::array<std::int64_t, 2> before, after, stride, dilation;
    float alpha, beta;
    bool tf32 = false;

    const CudnnTensor& result() const {
        return operation == forward_operation ? y : operation == data_operation ? x : w;
    }
    bool mixed() const { return x.type != w.type || y.type != x.type; }
};

inline cudnnStatus_t check_tensor(const CudnnDescription& d) {
    const auto sizes = d.list<std::int64_t>(CUDNN_ATTR_TENSOR_DIMENSIONS);
    const auto strides = d.list<std::int64_t>(CUDNN_ATTR_TENSOR_STRIDES);
    const auto positive = [](std::int64_t number) { return number >= 1; };
    if (sizes.size() != strides.size() || sizes.size() < 3) return CUDNN_STATUS_BAD_PARAM;
    if (!std::ranges::all_of(sizes, positive) || !std::ranges::all_of(strides, positive)) return CUDNN_STATUS_BAD_PARAM;
    const auto bytes = d.one<std::int64_t>(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT);
    const auto type = d.one<cudnnDataType_t>(CUDNN_ATTR_TENSOR_DATA_TYPE);
    if (bytes < 1 || (bytes & (bytes - 1)) != 0) return CUDNN_STATUS_BAD_PARAM;
    if (sizes.size() != 4 || (type != CUDNN_DATA_FLOAT && type != CUDNN_DATA_BFLOAT16))
        return CUDNN_STATUS_NOT_SUPPORTED;  // by the emulation
    return CUDNN_STATUS_SUCCESS;
}

inline cudnnStatus_t check_convolution(const CudnnDescription& d) {
    const auto dimensions = d.one<std::int64_t>(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS);
    for (const auto name : {CUDNN_ATTR_CONVOLUTION_DILATIONS, CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES,
                            CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, CUDNN_ATTR_CONVOLUTION_POST_PADDINGS}) {
        const auto values = d.list<std::int64_t>(name);
        const bool padding =
            name == CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS || name == CUDNN_ATTR_CONVOLUTION_POST_PADDINGS;
        if (static_cast<std::int64_t>(values.size()) != dimensions || std::ranges::min(values) < (padding ? 0 : 1))
            return CUDNN_STATUS_BAD_PARAM;
    }
    if (dimensions != 2 || d.one<cudnnDataType_t>(CUDNN_ATTR_CONVOLUTION_COMP_TYPE) != CUDNN_DATA_FLOAT ||
        d.one<cudnnConvolutionMode_t>(CUDNN_ATTR_CONVOLUTION_CONV_MODE) != CUDNN_CROSS_CORRELATION)
        return CUDNN_STATUS_NOT_SUPPORTED;  // by the emulation
    return CUDNN_STATUS_SUCCESS;
}

/// What an operation says; its status, where it is wrong.
inline cudnnStatus_t read_operation(const CudnnDescription& operation, CudnnConvolution& read) {
    struct Names {
        cudnnBackendAttributeName_t convolution, x, w, y, alpha, beta;
    };
    const Names names =
        operation.type == forward_operation
            ? Names{CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,         CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA}
        : operation.type == data_operation
            ? Names{CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,         CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA}
            : Names{CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
                    CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA};
    read.operation = operation.type;
    read.alpha = operation.one<float>(names.alpha);
    read.beta = operation.one<float>(names.beta);
    const auto read_tensor = [&](cudnnBackendAttributeName_t name, CudnnTensor& tensor) {
        const CudnnDescription* d = referred(operation, name, CUDNN_BACKEND_TENSOR_DESCRIPTOR);
        if (d == nullptr) return false;
        tensor.type = d->one<cudnnDataType_t>(CUDNN_ATTR_TENSOR_DATA_TYPE);
        tensor.id = d->one<std::int64_t>(CUDNN_ATTR_TENSOR_UNIQUE_ID);
        tensor.alignment = d->one<std::int64_t>(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT);
        std::ranges::copy(d->list<std::int64_t>(CUDNN_ATTR_TENSOR_DIMENSIONS), tensor.sizes.begin());
        std::ranges::copy(d->list<std::int64_t>(CUDNN_ATTR_TENSOR_STRIDES), tensor.strides.begin());
        return true;
    };
    const CudnnDescription* convolution = referred(operation, names.convolution, CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
    if (convolution == nullptr || !read_tensor(names.x, read.x) || !read_tensor(names.w, read.w) ||
        !read_tensor(names.y, read.y))
        return CUDNN_STATUS_BAD_PARAM;
    const auto read_pair = [&](cudnnBackendAttributeName_t name, std::array<std::int64_t, 2>& pair) {
        std::ranges::copy(convolution->list<std::int64_t>(name), pair.begin());
    };
    read_pair(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, read.before);
    read_pair(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, read.after);
    read_pair(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, read.stride);
    read_pair(CUDNN_ATTR_CONVOLUTION_DILATIONS, read.dilation);

    if (read.x.id == read.w.id || read.x.id == read.y.id || read.w.id == read.y.id) return CUDNN_STATUS_BAD_PARAM;
    if (read.x.sizes[0] != read.y.sizes[0] || read.x.sizes[1] != read.w.sizes[1] || read.y.sizes[1] != read.w.sizes[0])
        return CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH;
    for (std::size_t i = 0; i < 2; ++i) {
        const std::int64_t window = (read.w.sizes[2 + i] - 1) * read.dilation[i] + 1;
        const std::int64_t room = read.x.sizes[2 + i] + read.before[i] + read.after[i] - window;
        if (room < 0 || read.y.sizes[2 + i] != room / read.stride[i] + 1) return CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH;
    }
    return CUDNN_STATUS_SUCCESS;
}

/// The numbers of a tensor, its second size innermost.
inline std::vector<double> read_numbers(const CudnnTensor& tensor, const std::byte* data, bool tf32) {
    std::vector<double> numbers;
    for (std::int64_t n = 0; n < tensor.sizes[0]; ++n)
        for (std::int64_t row = 0; row < tensor.sizes[2]; ++row)
            for (std::int64_t column = 0; column < tensor.sizes[3]; ++column)
                for (std::int64_t c = 0; c < tensor.sizes[1]; ++c) {
                    const double number = load(tensor.cuda_type(), data, tensor.at(n, c, row, column));
                    numbers.push_back(tf32 ? to_tf32(number) : number);
                }
    return numbers;
}
inline void write_numbers(const CudnnTensor& tensor, std::byte* data, const std::vector<double>& numbers, double alpha,
                          double beta) {
    std::size_t i = 0;
    for (std::int64_t n = 0; n < tensor.sizes[0]; ++n)
        for (std::int64_t row = 0; row < tensor.sizes[2]; ++row)
            for (std::int64_t column = 0; column < tensor.sizes[3]; ++column)
                for (std::int64_t c = 0; c < tensor.sizes[1]; ++c, ++i) {
                    const std::size_t at = tensor.at(n, c, row, column);
                    const double old = beta == 0 ? 0 : beta * load(tensor.cuda_type(), data, at);
                    store(tensor.cuda_type(), data, at, alpha * numbers[i] + old);
                }
}

/// `data`: of x, w and y. One of them is the result.
inline void run(const CudnnConvolution& c, const std::array<std::byte*, 3>& data) {
    const auto [images, inputs, height, width] = c.x.sizes;
    const auto [outputs, unused, kernel_height, kernel_width] = c.w.sizes;
    const std::int64_t out_height = c.y.sizes[2], out_width = c.y.sizes[3];
    const auto numbers = [&](const CudnnTensor& tensor, std::size_t index) {
        if (&tensor != &c.result()) return read_numbers(tensor, data[index], c.tf32 && tensor.type == CUDNN_DATA_FLOAT);
        const auto [n, channels, rows, columns] = tensor.sizes;
        return std::vector<double>(static_cast<std::size_t>(n * channels * rows * columns));
    };
    std::vector<double> x = numbers(c.x, 0), w = numbers(c.w, 1), y = numbers(c.y, 2);
    for (std::int64_t pixel = 0; pixel < images * out_height * out_width; ++pixel) {
        const std::int64_t image = pixel / (out_height * out_width);
        const std::int64_t out_row = pixel / out_width % out_height, out_column = pixel % out_width;
        for (std::int64_t tap = 0; tap < kernel_height * kernel_width; ++tap) {
            const std::int64_t row = out_row * c.stride[0] - c.before[0] + tap / kernel_width * c.dilation[0];
            const std::int64_t column = out_column * c.stride[1] - c.before[1] + tap % kernel_width * c.dilation[1];
            if (row < 0 || row >= height || column < 0 || column >= width) continue;
            double* in = x.data() + ((image * height + row) * width + column) * inputs;
            for (std::int64_t output = 0; output < outputs; ++output) {
                double* weights = w.data() + (output * kernel_height * kernel_width + tap) * inputs;
                double& out = y[static_cast<std::size_t>(pixel * outputs + output)];
                if (c.operation == forward_operation)
                    for (std::int64_t i = 0; i < inputs; ++i) out += in[i] * weights[i];
                else if (c.operation == data_operation)
                    for (std::int64_t i = 0; i < inputs; ++i) in[i] += out * weights[i];
                else
                    for (std::int64_t i = 0; i < inputs; ++i) weights[i] += out * in[i];
            }
        }
    }
    const std::size_t index = c.operation == forward_operation ? 2 : c.operation == data_operation ? 0 : 1;
    write_numbers(c.result(), data[index], index == 0 ? x : index == 1 ? w : y, c.alpha, c.beta);
}

}  // namespace emulation::detail
