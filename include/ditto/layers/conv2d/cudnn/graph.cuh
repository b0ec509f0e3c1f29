// A pass of a convolution as a graph of cuDNN's operations, of which there is one.
#pragma once

#include <cudnn_graph.h>

#include <array>
#include <cstdint>

#include "ditto/layers/conv2d/cudnn/descriptor.cuh"
#include "ditto/layers/conv2d/cudnn/problem.cuh"

namespace ditto::detail {

/// The GPU that graphs and plans are for, as their descriptors are told: a handle's, or one that is only described.
class CudnnGpu {
  public:
    virtual ~CudnnGpu() = default;
    virtual void name_in_graph(CudnnDescriptor& graph) const = 0;
    virtual void name_in_heuristics(CudnnDescriptor& heuristics) const = 0;
    virtual void name_in_plan(CudnnDescriptor& plan) const = 0;
};

/// A pass as cuDNN is told.
class CudnnGraph {
  public:
    /// What the pointers to the tensors are called when it runs.
    static constexpr std::int64_t x_id = 1, w_id = 2, y_id = 3;

    CudnnGraph(const CudnnGpu& gpu, const CudnnProblem& problem) {
        describe_tensors(problem);
        describe_convolution(problem);
        describe_operation(problem.pass);
        status_ = operation_.finalize();
        if (status_ != CUDNN_STATUS_SUCCESS) return;
        graph_ = CudnnDescriptor(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
        gpu.name_in_graph(graph_);
        graph_.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, operation_);
        status_ = graph_.finalize();
    }

    /// Not success where cuDNN knows no such convolution: then nothing may be asked about it.
    cudnnStatus_t status() const { return status_; }
    const CudnnDescriptor& descriptor() const { return graph_; }

  private:
    using Sizes = std::array<std::int64_t, 4>;

    /// A tensor of `sizes` [images, channels, rows, columns] whose channels are neighbours in memory.
    static CudnnDescriptor tensor(std::int64_t id, cudnnDataType_t type, const Sizes& sizes) {
        const auto [images, channels, rows, columns] = sizes;
        CudnnDescriptor made(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
        made.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, id);
        made.set(CUDNN_ATTR_TENSOR_DATA_TYPE, type);
        made.set(CUDNN_ATTR_TENSOR_DIMENSIONS, sizes);
        made.set(CUDNN_ATTR_TENSOR_STRIDES, Sizes{rows * columns * channels, 1, columns * channels, channels});
        made.set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, std::int64_t{cudnn_tensor_alignment});
        check(made.finalize(), "describing a convolution's tensor");
        return made;
    }

    void describe_tensors(const CudnnProblem& p) {
        x_ = tensor(x_id, p.type, {p.images, p.padded_in(), p.height, p.width});
        w_ = tensor(w_id, p.type, {p.padded_out(), p.padded_in(), p.kernel, p.kernel});
        y_ = tensor(y_id, p.type, {p.images, p.padded_out(), p.out_height, p.out_width});
    }

    void describe_convolution(const CudnnProblem& p) {
        const auto twice = [](std::int64_t number) { return std::array<std::int64_t, 2>{number, number}; };
        convolution_ = CudnnDescriptor(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
        convolution_.set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, std::int64_t{2});
        convolution_.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_DATA_FLOAT);
        convolution_.set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_CROSS_CORRELATION);
        convolution_.set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, twice(p.padding));
        convolution_.set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, twice(p.padding));
        convolution_.set(CUDNN_ATTR_CONVOLUTION_DILATIONS, twice(1));
        convolution_.set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, twice(p.stride));
        check(convolution_.finalize(), "describing a convolution");
    }

    void describe_operation(CudnnPass pass) {
        const auto describe_as = [&](cudnnBackendDescriptorType_t type, cudnnBackendAttributeName_t convolution,
                                     cudnnBackendAttributeName_t x, cudnnBackendAttributeName_t w,
                                     cudnnBackendAttributeName_t y, cudnnBackendAttributeName_t alpha,
                                     cudnnBackendAttributeName_t beta) {
            operation_ = CudnnDescriptor(type);
            operation_.set(convolution, convolution_);
            operation_.set(x, x_);
            operation_.set(w, w_);
            operation_.set(y, y_);
            operation_.set(alpha, 1.0F);
            operation_.set(beta, 0.0F);
        };
        if (pass == CudnnPass::forward)
            describe_as(CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
                        CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
                        CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
                        CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA);
        else if (pass == CudnnPass::input_gradient)
            describe_as(CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
                        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
                        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
                        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
                        CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA);
        else
            describe_as(
                CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
                CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA);
    }

    cudnnStatus_t status_ = CUDNN_STATUS_SUCCESS;
    CudnnDescriptor x_, w_, y_, convolution_, operation_, graph_;  // each refers to some before it
};

}  // namespace ditto::detail
