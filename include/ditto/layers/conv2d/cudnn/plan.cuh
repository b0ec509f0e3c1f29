// How cuDNN computes a pass of a convolution: a plan for each pass and shape, chosen once by cuDNN's heuristics and
// kept.
//
// Nothing is timed: the choice depends on the GPU, the library and the shape alone, and engines whose results may
// differ from run to run are passed over, so that a program gives the same bits again.
#pragma once

#include <cudnn_graph.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ditto/layers/conv2d/cudnn/descriptor.cuh"
#include "ditto/layers/conv2d/cudnn/problem.cuh"

namespace ditto::detail {

/// How cuDNN computes a pass: an engine and its settings. There may be none.
class CudnnPlan {
  public:
    CudnnPlan(cudnnHandle_t handle, const CudnnProblem& problem) : problem_(problem) {
        if (!describe(handle)) return;
        for (const cudnnBackendHeurMode_t mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK})
            if (!exists()) choose(handle, mode);
    }

    bool exists() const { return plan_.get() != nullptr; }
    [[noreturn]] void fail() const {
        const std::string reason =
            refusal_ == CUDNN_STATUS_SUCCESS ? "" : std::string(" (") + cudnnGetErrorString(refusal_) + ")";
        throw Error("cuDNN: no engine for " + problem_.text() + ", that gives the same bits in every run and needs " +
                    "at most " + std::to_string(problem_.scratch >> 20) + " MiB of scratch memory" + reason + "; " +
                    cudnn_advice(CUDNN_STATUS_NOT_SUPPORTED));
    }

    /// x [images, height, width, in], w [out, kernel, kernel, in], y [images, out_height, out_width, out], or the
    /// gradient of one of them, which is the result. `workspace` has `scratch` bytes.
    void run(cudnnHandle_t handle, const void* x, const void* w, const void* y, void* workspace) const {
        const std::array<void*, 3> pointers{const_cast<void*>(x), const_cast<void*>(w), const_cast<void*>(y)};
        CudnnDescriptor tensors(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
        tensors.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, std::array<std::int64_t, 3>{x_id, w_id, y_id});
        tensors.set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, pointers);
        tensors.set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, workspace);
        check(tensors.finalize(), "naming a convolution's tensors");
        check(cudnnBackendExecute(handle, plan_.get(), tensors.get()), "a convolution");
    }

  private:
    using Sizes = std::array<std::int64_t, 4>;
    static constexpr std::int64_t x_id = 1, w_id = 2, y_id = 3;

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

    /// False where cuDNN knows no such convolution.
    bool describe(cudnnHandle_t handle) {
        const CudnnProblem& p = problem_;
        x_ = tensor(x_id, p.type, {p.images, p.padded_in(), p.height, p.width});
        w_ = tensor(w_id, p.type, {p.padded_out(), p.padded_in(), p.kernel, p.kernel});
        y_ = tensor(y_id, p.type, {p.images, p.padded_out(), p.out_height, p.out_width});

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

        describe_operation();
        if (!accepted(operation_.finalize())) return false;
        graph_ = CudnnDescriptor(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
        graph_.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, handle);
        graph_.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, operation_);
        return accepted(graph_.finalize());
    }

    void describe_operation() {
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
        if (problem_.pass == CudnnPass::forward)
            describe_as(CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
                        CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
                        CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
                        CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA);
        else if (problem_.pass == CudnnPass::input_gradient)
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

    /// Remembers why something was refused.
    bool accepted(cudnnStatus_t status) {
        if (status != CUDNN_STATUS_SUCCESS) refusal_ = status;
        return status == CUDNN_STATUS_SUCCESS;
    }

    /// Takes the first of the heuristics' engines, the fastest by their judgement, that may be taken.
    void choose(cudnnHandle_t handle, cudnnBackendHeurMode_t mode) {
        CudnnDescriptor heuristics(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
        heuristics.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph_);
        heuristics.set(CUDNN_ATTR_ENGINEHEUR_MODE, mode);
        if (!accepted(heuristics.finalize())) return;  // they know no engine
        std::int64_t count = 0;
        check(cudnnBackendGetAttribute(heuristics.get(), CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR,
                                       0, &count, nullptr),
              "choosing a convolution's engine");
        std::vector<CudnnDescriptor> choices;
        std::vector<cudnnBackendDescriptor_t> pointers;
        for (std::int64_t i = 0; i < count; ++i) {
            choices.emplace_back(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
            pointers.push_back(choices.back().get());
        }
        if (count > 0)
            check(cudnnBackendGetAttribute(heuristics.get(), CUDNN_ATTR_ENGINEHEUR_RESULTS,
                                           CUDNN_TYPE_BACKEND_DESCRIPTOR, count, &count, pointers.data()),
                  "choosing a convolution's engine");
        choices.resize(std::min(choices.size(), static_cast<std::size_t>(count)));
        for (CudnnDescriptor& choice : choices)
            if (may_take(choice) && take(handle, choice)) return;
    }

    bool may_take(const CudnnDescriptor& choice) const {
        const CudnnDescriptor engine(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
        cudnnBackendDescriptor_t pointer = engine.get();
        std::int64_t count = 0;
        check(cudnnBackendGetAttribute(choice.get(), CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1,
                                       &count, &pointer),
              "choosing a convolution's engine");
        std::array<cudnnBackendNumericalNote_t, CUDNN_NUMERICAL_NOTE_TYPE_COUNT> notes{};
        check(cudnnBackendGetAttribute(engine.get(), CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE,
                                       CUDNN_NUMERICAL_NOTE_TYPE_COUNT, &count, notes.data()),
              "choosing a convolution's engine");
        const auto end = notes.begin() + std::min<std::int64_t>(count, CUDNN_NUMERICAL_NOTE_TYPE_COUNT);
        return std::none_of(notes.begin(), end, [&](cudnnBackendNumericalNote_t note) { return excludes(note); });
    }
    /// Sums are float32 and give the same bits in every run. (tf32 is a tensor core's own; inputs that are converted
    /// down before lie in another, narrower type.)
    bool excludes(cudnnBackendNumericalNote_t note) const {
        switch (note) {
            case CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC:
            case CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS:
            case CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION:
                return true;
            case CUDNN_NUMERICAL_NOTE_TENSOR_CORE:
                return !problem_.tensor_cores;
            case CUDNN_NUMERICAL_NOTE_FFT:
            case CUDNN_NUMERICAL_NOTE_WINOGRAD:
                return problem_.direct;
            default:
                return false;
        }
    }

    bool take(cudnnHandle_t handle, CudnnDescriptor& choice) {
        CudnnDescriptor plan(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
        plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, handle);
        plan.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, choice);
        if (!accepted(plan.finalize())) return false;  // not on this GPU, or not for this shape
        std::int64_t count = 0, bytes = 0;
        check(cudnnBackendGetAttribute(plan.get(), CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, 1,
                                       &count, &bytes),
              "asking for a convolution's scratch memory");
        if (bytes > problem_.scratch) return false;
        choice_ = std::move(choice);
        plan_ = std::move(plan);
        return true;
    }

    CudnnProblem problem_;
    cudnnStatus_t refusal_ = CUDNN_STATUS_SUCCESS;                                 // the last
    CudnnDescriptor x_, w_, y_, convolution_, operation_, graph_, choice_, plan_;  // each refers to some before it
};

}  // namespace ditto::detail
