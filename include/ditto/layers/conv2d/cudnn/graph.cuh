// Convolutions by cuDNN's graph API: a plan for each pass and shape, chosen once by cuDNN's heuristics and kept.
//
// Nothing is timed: the choice depends on the GPU, the library and the shape alone, and engines whose results may
// differ from run to run are passed over, so that a program gives the same bits again.
#pragma once

#include <cudnn_graph.h>

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ditto/device/cuda/context.cuh"

namespace ditto::detail {

/// Scratch memory that an engine may use; part of the plan. Engines that want more are passed over.
inline constexpr std::size_t cudnn_workspace = std::size_t{256} << 20;
/// How the addresses of tensors are aligned, as cuDNN is told, and that of the scratch memory, as cudaMalloc would.
inline constexpr std::size_t cudnn_tensor_alignment = 16, cudnn_workspace_alignment = 256;

/// What to do about an error of cuDNN.
inline const char* cudnn_advice(cudnnStatus_t status) {
    switch (CUDNN_STATUS_CATEGORY(status)) {
        case 1000:
            return "are all of cuDNN's libraries installed, in the version that the program was compiled with?";
        case 3000:
            return "use another precision, or configure with -DDITTO_CUDNN=OFF to convolve without cuDNN";
        case 4000:
            return "is the GPU's memory taken by others?";
        default:
            return "see cuDNN's documentation of this status";
    }
}

inline void check(cudnnStatus_t status, const char* what) {
    if (status == CUDNN_STATUS_SUCCESS) return;
    char details[512] = {};
    cudnnGetLastErrorString(details, sizeof details);
    throw Error("cuDNN: " + std::string(what) + " failed: " + cudnnGetErrorString(status) +
                (details[0] == '\0' ? "" : " (" + std::string(details) + ")") + "; " + cudnn_advice(status));
}

/// While it lives, this thread may do what a stream's capture forbids (loading code, taking memory): cuDNN does so when
/// it makes a plan or runs one for the first time, and no such call is part of the captured work.
class RelaxedCapture {
  public:
    RelaxedCapture() { check(cudaThreadExchangeStreamCaptureMode(&mode_), "relaxing a capture"); }
    RelaxedCapture(const RelaxedCapture&) = delete;
    RelaxedCapture& operator=(const RelaxedCapture&) = delete;
    ~RelaxedCapture() { cudaThreadExchangeStreamCaptureMode(&mode_); }

  private:
    cudaStreamCaptureMode mode_ = cudaStreamCaptureModeRelaxed;
};

// --- Descriptors

template <class T>
inline constexpr cudnnBackendAttributeType_t cudnn_attribute_type = CUDNN_TYPE_INT64;
template <>
inline constexpr cudnnBackendAttributeType_t cudnn_attribute_type<float> = CUDNN_TYPE_FLOAT;
template <>
inline constexpr cudnnBackendAttributeType_t cudnn_attribute_type<void*> = CUDNN_TYPE_VOID_PTR;
template <>
inline constexpr cudnnBackendAttributeType_t cudnn_attribute_type<cudnnHandle_t> = CUDNN_TYPE_HANDLE;
template <>
inline constexpr cudnnBackendAttributeType_t cudnn_attribute_type<cudnnDataType_t> = CUDNN_TYPE_DATA_TYPE;
template <>
inline constexpr cudnnBackendAttributeType_t cudnn_attribute_type<cudnnConvolutionMode_t> = CUDNN_TYPE_CONVOLUTION_MODE;
template <>
inline constexpr cudnnBackendAttributeType_t cudnn_attribute_type<cudnnBackendHeurMode_t> = CUDNN_TYPE_HEUR_MODE;

/// A descriptor of the graph API: attributes, then finalised, then used.
class CudnnDescriptor {
  public:
    CudnnDescriptor() = default;
    explicit CudnnDescriptor(cudnnBackendDescriptorType_t type) {
        check(cudnnBackendCreateDescriptor(type, &descriptor_), "describing a convolution");
    }
    CudnnDescriptor(CudnnDescriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, nullptr)) {}
    CudnnDescriptor& operator=(CudnnDescriptor&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~CudnnDescriptor() {
        if (descriptor_ != nullptr) cudnnBackendDestroyDescriptor(descriptor_);
    }

    cudnnBackendDescriptor_t get() const { return descriptor_; }
    template <class T>
    void set(cudnnBackendAttributeName_t name, const T& value) {
        check(cudnnBackendSetAttribute(descriptor_, name, cudnn_attribute_type<T>, 1, &value),
              "describing a convolution");
    }
    template <class T, std::size_t Count>
    void set(cudnnBackendAttributeName_t name, const std::array<T, Count>& values) {
        check(cudnnBackendSetAttribute(descriptor_, name, cudnn_attribute_type<T>, Count, values.data()),
              "describing a convolution");
    }
    void set(cudnnBackendAttributeName_t name, const CudnnDescriptor& other) {
        check(cudnnBackendSetAttribute(descriptor_, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &other.descriptor_),
              "describing a convolution");
    }
    [[nodiscard]] cudnnStatus_t finalize() { return cudnnBackendFinalize(descriptor_); }

  private:
    cudnnBackendDescriptor_t descriptor_ = nullptr;
};

// --- What is asked for

enum class CudnnPass : std::uint8_t { forward, input_gradient, weight_gradient };

/// A pass of a convolution, and all that the choice of its engine depends on.
struct CudnnProblem {
    CudnnPass pass;
    cudnnDataType_t type;    ///< of all tensors but the result
    cudnnDataType_t result;  ///< of the result
    bool tensor_cores;       ///< may factors be rounded to what tensor cores take?
    bool direct;             ///< no minimal filtering, no Fourier transform
    std::int64_t images, height, width, in, out_height, out_width, out, kernel, stride, padding;
    std::int64_t multiple;  ///< cuDNN gets `in` and `out` channels rounded up to multiples of this

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
        what.append(", padding ").append(std::to_string(padding)).append(", in ");
        return what.append(type == CUDNN_DATA_BFLOAT16 ? "bf16" : tensor_cores ? "tf32" : "fp32");
    }
};

// --- Plans

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
                    "at most " + std::to_string(cudnn_workspace >> 20) + " MiB of scratch memory" + reason + "; " +
                    cudnn_advice(CUDNN_STATUS_NOT_SUPPORTED));
    }

    /// x [images, height, width, in], w [out, kernel, kernel, in], y [images, out_height, out_width, out], or the
    /// gradient of one of them, which is the result. `workspace` has cudnn_workspace bytes.
    void run(cudnnHandle_t handle, const void* x, const void* w, const void* y, void* workspace) const {
        const std::array<void*, 3> pointers{const_cast<void*>(x), const_cast<void*>(w), const_cast<void*>(y)};
        CudnnDescriptor tensors(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
        tensors.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, std::array{x_id, w_id, y_id});
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
        const auto type_of = [&](CudnnPass pass) { return pass == p.pass ? p.result : p.type; };
        x_ = tensor(x_id, type_of(CudnnPass::input_gradient), {p.images, p.padded_in(), p.height, p.width});
        w_ = tensor(w_id, type_of(CudnnPass::weight_gradient), {p.padded_out(), p.padded_in(), p.kernel, p.kernel});
        y_ = tensor(y_id, type_of(CudnnPass::forward), {p.images, p.padded_out(), p.out_height, p.out_width});

        const auto twice = [](std::int64_t number) { return std::array{number, number}; };
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
        if (bytes > static_cast<std::int64_t>(cudnn_workspace)) return false;
        choice_ = std::move(choice);
        plan_ = std::move(plan);
        return true;
    }

    CudnnProblem problem_;
    cudnnStatus_t refusal_ = CUDNN_STATUS_SUCCESS;                                 // the last
    CudnnDescriptor x_, w_, y_, convolution_, operation_, graph_, choice_, plan_;  // each refers to some before it
};

/// A handle of cuDNN on a stream, and the plans that were made with it.
class Cudnn final : public ContextPart {
  public:
    explicit Cudnn(cudaStream_t stream) {
        check(cudnnCreate(&handle_), "starting cuDNN");
        if (const cudnnStatus_t status = cudnnSetStream(handle_, stream); status != CUDNN_STATUS_SUCCESS) {
            cudnnDestroy(handle_);
            check(status, "giving cuDNN a stream");
        }
    }
    Cudnn(const Cudnn&) = delete;
    Cudnn& operator=(const Cudnn&) = delete;
    ~Cudnn() override {
        plans_.clear();
        cudnnDestroy(handle_);
    }

    /// Is there an engine for a pass?
    bool can(const CudnnProblem& problem) { return plan(problem).exists(); }
    /// Runs a pass: see CudnnPlan. Throws Error if there is no engine for it.
    void run(const CudnnProblem& problem, const void* x, const void* w, const void* y, void* workspace) {
        const CudnnPlan& chosen = plan(problem);
        if (!chosen.exists()) chosen.fail();
        const RelaxedCapture relaxed;
        chosen.run(handle_, x, w, y, workspace);
    }
    std::size_t plan_count() const { return plans_.size(); }

  private:
    const CudnnPlan& plan(const CudnnProblem& problem) {
        auto found = plans_.find(problem);
        if (found == plans_.end()) {
            const RelaxedCapture relaxed;
            found = plans_.emplace(problem, CudnnPlan(handle_, problem)).first;
        }
        return found->second;
    }

    cudnnHandle_t handle_ = nullptr;
    std::map<CudnnProblem, CudnnPlan> plans_;
};

/// Makes the context ready: not while a graph is recorded.
inline void start(CudnnConvolutions, CudaContext& context) {
    context.part<Cudnn>();
}

}  // namespace ditto::detail
