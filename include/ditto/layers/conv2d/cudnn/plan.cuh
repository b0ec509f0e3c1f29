// How cuDNN computes a pass of a convolution: the engines that its heuristics offer for a pass and shape.
//
// They depend on the GPU, the library and the shape alone, and engines whose results may differ from run to run are
// passed over, so that a program that takes the first gives the same bits again.
#pragma once

#include <cudnn_graph.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ditto/layers/conv2d/cudnn/graph.cuh"

namespace ditto::detail {

/// What a pass computes with, in the GPU's memory: x [images, height, width, in], w [out, kernel, kernel, in], y
/// [images, out_height, out_width, out], or the gradient of one of them, which is the result; and the scratch memory.
struct CudnnTensors {
    const void *x, *w, *y;
    void* scratch;
};

/// An engine of cuDNN with its settings, ready to run on a GPU.
struct CudnnEngine {
    CudnnDescriptor configuration, plan;  // the second refers to the first
    std::int64_t index = 0;               ///< cuDNN's number of the engine
    std::int64_t scratch = 0;             ///< bytes that it needs
    std::vector<cudnnBackendNumericalNote_t> notes;
    bool fallback = false;  ///< it is not among the heuristics' choices for speed

    bool has(cudnnBackendNumericalNote_t note) const { return std::count(notes.begin(), notes.end(), note) > 0; }

    void run(cudnnHandle_t handle, const CudnnTensors& with) const {
        constexpr std::array<std::int64_t, 3> ids{CudnnGraph::x_id, CudnnGraph::w_id, CudnnGraph::y_id};
        const std::array<void*, 3> pointers{const_cast<void*>(with.x), const_cast<void*>(with.w),
                                            const_cast<void*>(with.y)};
        CudnnDescriptor tensors(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
        tensors.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, ids);
        tensors.set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, pointers);
        tensors.set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, with.scratch);
        check(tensors.finalize(), "naming a convolution's tensors");
        check(cudnnBackendExecute(handle, plan.get(), tensors.get()), "a convolution");
    }
};

/// How cuDNN computes a pass.
class CudnnPlan {
  public:
    /// Of the engines that may be taken at most the `most` that the heuristics prefer, the fastest by their judgement
    /// first.
    CudnnPlan(const CudnnGpu& gpu, const CudnnProblem& problem, std::size_t most = 1)
        : problem_(problem), most_(most), graph_(gpu, problem) {
        if (!accepted(graph_.status())) return;
        for (const cudnnBackendHeurMode_t mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK})
            if (!exists()) choose(gpu, mode);
    }

    /// False where there is no engine.
    bool exists() const { return !engines_.empty(); }
    [[noreturn]] void fail() const {
        const std::string reason =
            refusal_ == CUDNN_STATUS_SUCCESS ? "" : std::string(" (") + cudnnGetErrorString(refusal_) + ")";
        throw Error("cuDNN: no engine for " + problem_.text() + ", that gives the same bits in every run and needs " +
                    "at most " + std::to_string(problem_.scratch >> 20) + " MiB of scratch memory" + reason + "; " +
                    cudnn_advice(CUDNN_STATUS_NOT_SUPPORTED));
    }

    const std::vector<CudnnEngine>& engines() const { return engines_; }
    /// The engine that is taken: the first, unless keep() says another.
    const CudnnEngine& engine() const { return engines_.front(); }
    /// No other engine than the one at `place` will be taken.
    void keep(std::size_t place) {
        std::swap(engines_.front(), engines_[place]);
        engines_.resize(1);
    }

  private:
    /// Remembers why something was refused.
    bool accepted(cudnnStatus_t status) {
        if (status != CUDNN_STATUS_SUCCESS) refusal_ = status;
        return status == CUDNN_STATUS_SUCCESS;
    }

    void choose(const CudnnGpu& gpu, cudnnBackendHeurMode_t mode) {
        CudnnDescriptor heuristics(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
        heuristics.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph_.descriptor());
        heuristics.set(CUDNN_ATTR_ENGINEHEUR_MODE, mode);
        gpu.name_in_heuristics(heuristics);
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
        for (CudnnDescriptor& choice : choices) {
            CudnnEngine engine = look_at(std::move(choice));
            engine.fallback = mode == CUDNN_HEUR_MODE_FALLBACK;
            if (may_take(engine) && make_plan(gpu, engine)) engines_.push_back(std::move(engine));
            if (engines_.size() == most_) return;
        }
    }

    static CudnnEngine look_at(CudnnDescriptor choice) {
        CudnnEngine engine;
        const CudnnDescriptor descriptor(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
        cudnnBackendDescriptor_t pointer = descriptor.get();
        std::int64_t count = 0;
        check(cudnnBackendGetAttribute(choice.get(), CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1,
                                       &count, &pointer),
              "choosing a convolution's engine");
        check(cudnnBackendGetAttribute(descriptor.get(), CUDNN_ATTR_ENGINE_GLOBAL_INDEX, CUDNN_TYPE_INT64, 1, &count,
                                       &engine.index),
              "choosing a convolution's engine");
        engine.notes.resize(CUDNN_NUMERICAL_NOTE_TYPE_COUNT);
        check(cudnnBackendGetAttribute(descriptor.get(), CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE,
                                       CUDNN_NUMERICAL_NOTE_TYPE_COUNT, &count, engine.notes.data()),
              "choosing a convolution's engine");
        engine.notes.resize(std::min(engine.notes.size(), static_cast<std::size_t>(count)));
        engine.configuration = std::move(choice);
        return engine;
    }

    bool may_take(const CudnnEngine& engine) const {
        return std::none_of(engine.notes.begin(), engine.notes.end(),
                            [&](cudnnBackendNumericalNote_t note) { return excludes(note); });
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

    bool make_plan(const CudnnGpu& gpu, CudnnEngine& engine) {
        engine.plan = CudnnDescriptor(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
        gpu.name_in_plan(engine.plan);
        engine.plan.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, engine.configuration);
        if (!accepted(engine.plan.finalize())) return false;  // not on this GPU, or not for this shape
        std::int64_t count = 0;
        check(cudnnBackendGetAttribute(engine.plan.get(), CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, 1,
                                       &count, &engine.scratch),
              "asking for a convolution's scratch memory");
        return engine.scratch <= problem_.scratch;
    }

    CudnnProblem problem_;
    std::size_t most_;
    cudnnStatus_t refusal_ = CUDNN_STATUS_SUCCESS;  // the last
    CudnnGraph graph_;
    std::vector<CudnnEngine> engines_;  // refer to the graph
};

}  // namespace ditto::detail
