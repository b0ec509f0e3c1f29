// The choice of a convolution's engine and its execution. There is one way to compute; its engines differ in what they
// say of themselves, and some must not be chosen: they fail where they run.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

#include "cublas_matmul.hpp"
#include "cudnn_convolution.hpp"
#include "memory.hpp"
#include "observer.hpp"

namespace emulation {

/// The engines that heuristics offer, the best first. Tests may change them.
struct CudnnEngines {
    std::vector<CudnnEngine> heuristic{
        {.index = 1, .notes = {CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC}, .runs = false},
        {.index = 2, .notes = {CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS}, .runs = false},
        {.index = 3, .workspace = std::int64_t{1} << 30, .runs = false},
        {.index = 4, .finalize = CUDNN_STATUS_NOT_SUPPORTED, .runs = false},
        {.index = 5, .notes = {CUDNN_NUMERICAL_NOTE_TENSOR_CORE}, .workspace = 10000},
        {.index = 6, .notes = {CUDNN_NUMERICAL_NOTE_WINOGRAD}, .workspace = 5000},
    };
    std::vector<CudnnEngine> fallback{{.index = 7}};
    std::int64_t ran = 0;                     // the index of the engine that was asked for last
    std::size_t asked = 0;                    // how often engines were asked to run
    std::vector<std::int64_t> computed = {};  // the indices of those that did, recorded before or not
};
inline CudnnEngines& cudnn_engines() {
    static auto& engines = *new CudnnEngines;
    return engines;
}

namespace detail {

/// The convolution of a finalised graph.
inline cudnnStatus_t read_graph(const CudnnDescription& from, cudnnBackendAttributeName_t name,
                                CudnnConvolution& read) {
    const CudnnDescription* graph = referred(from, name, CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
    if (graph == nullptr) return CUDNN_STATUS_BAD_PARAM;
    for (const auto type : {forward_operation, data_operation, filter_operation})
        if (const auto* operation = referred(*graph, CUDNN_ATTR_OPERATIONGRAPH_OPS, type))
            return read_operation(*operation, read);
    return CUDNN_STATUS_BAD_PARAM;
}

/// Heuristics and what they offer remember the graph under this name.
inline constexpr auto graph_name = CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH;

inline cudnnStatus_t finalize_heuristics(CudnnDescription& description) {
    CudnnConvolution convolution{};
    const cudnnStatus_t status = read_graph(description, graph_name, convolution);
    if (status != CUDNN_STATUS_SUCCESS) return status;
    const auto mode = description.one<cudnnBackendHeurMode_t>(CUDNN_ATTR_ENGINEHEUR_MODE);
    if (mode != CUDNN_HEUR_MODE_A && mode != CUDNN_HEUR_MODE_FALLBACK) return CUDNN_STATUS_NOT_SUPPORTED;
    if (!convolution.mixed())  // no engine converts
        description.heuristics = mode == CUDNN_HEUR_MODE_A ? cudnn_engines().heuristic : cudnn_engines().fallback;
    return description.heuristics.empty() ? CUDNN_STATUS_NOT_SUPPORTED : CUDNN_STATUS_SUCCESS;
}

/// As the real one may, it takes device memory for a moment: a capture must allow that.
inline cudnnStatus_t finalize_plan(CudnnDescription& description) {
    const auto* choice =
        referred(description, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
    if (choice == nullptr) return CUDNN_STATUS_BAD_PARAM;
    if (refuse_while_capturing() != cudaSuccess) return CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED;
    description.engine = choice->engine;
    return choice->engine.finalize;
}

inline cudnnStatus_t check_variants(const CudnnDescription& description) {
    const bool as_many = description.list<std::int64_t>(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS).size() ==
                         description.list<void*>(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS).size();
    return as_many ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_BAD_PARAM;
}

inline cudnnStatus_t finalize(CudnnDescription& description) {
    for (const CudnnAttribute& each : cudnn_attributes)
        if (each.descriptor == description.type && each.needed && !description.has(each.name))
            return CUDNN_STATUS_BAD_PARAM;
    CudnnConvolution convolution{};
    switch (description.type) {
        case CUDNN_BACKEND_TENSOR_DESCRIPTOR:
            return check_tensor(description);
        case CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR:
            return check_convolution(description);
        case CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR:
            return CUDNN_STATUS_SUCCESS;
        case CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR:
            return finalize_heuristics(description);
        case CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR:
            return finalize_plan(description);
        case CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR:
            return check_variants(description);
        case forward_operation:
        case data_operation:
        case filter_operation:
            return read_operation(description, convolution);
        default:
            return CUDNN_STATUS_NOT_SUPPORTED;  // engines and configurations come from heuristics here
    }
}

inline AskedProduct asked(const CudnnConvolution& c, cudaStream_t stream) {
    const auto [images, in, height, width] = c.x.sizes;
    const auto [out, filter_in, kernel_height, kernel_width] = c.w.sizes;
    const std::int64_t out_height = c.y.sizes[2], out_width = c.y.sizes[3];
    return {c.operation == forward_operation ? "forward"
            : c.operation == data_operation  ? "input gradient"
                                             : "weight gradient",
            {images, in, out, kernel_height, kernel_width, out_height, out_width},
            2 * images * out_height * out_width * out * filter_in * kernel_height * kernel_width,
            c.x.bytes() + c.w.bytes() + c.y.bytes() + (c.beta == 0 ? 0 : c.result().bytes()),
            stream};
}

/// Fills descriptors that the caller made with what `from` has.
inline cudnnStatus_t give(const CudnnDescription& from, const std::vector<CudnnEngine>& engines, void* to,
                          cudnnBackendDescriptorType_t type, std::int64_t requested, std::int64_t* count) {
    const auto available = static_cast<std::int64_t>(engines.size());
    *count = requested == 0 ? available : std::min(requested, available);
    for (std::int64_t i = 0; i < std::min(requested, available); ++i) {
        CudnnDescription* made = find_description(static_cast<cudnnBackendDescriptor_t*>(to)[i]);
        if (made == nullptr || made->type != type || made->finalized) return CUDNN_STATUS_BAD_PARAM;
        made->engine = engines[static_cast<std::size_t>(i)];
        made->attributes[graph_name] = from.attributes.at(graph_name);
        made->finalized = true;
    }
    return CUDNN_STATUS_SUCCESS;
}

template <typename T>
cudnnStatus_t give_values(const std::vector<T>& values, void* to, std::int64_t requested, std::int64_t* count) {
    *count = std::min(requested, static_cast<std::int64_t>(values.size()));
    std::copy_n(values.begin(), *count, static_cast<T*>(to));
    return CUDNN_STATUS_SUCCESS;
}

}  // namespace detail
}  // namespace emulation

inline cudnnStatus_t cudnnBackendFinalize(cudnnBackendDescriptor_t descriptor) {
    using namespace emulation::detail;
    const Lock lock;
    CudnnDescription* description = find_description(descriptor);
    if (description == nullptr || description->finalized) return CUDNN_STATUS_BAD_PARAM;
    const cudnnStatus_t status = finalize(*description);
    description->finalized = status == CUDNN_STATUS_SUCCESS;
    return status;
}

inline cudnnStatus_t cudnnBackendGetAttribute(cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                                              cudnnBackendAttributeType_t type, std::int64_t requested,
                                              std::int64_t* count, void* values) {
    using namespace emulation::detail;
    const Lock lock;
    const CudnnDescription* d = find_description(descriptor);
    if (d == nullptr || count == nullptr || (values == nullptr && requested > 0)) return CUDNN_STATUS_BAD_PARAM;
    if (!d->finalized) return CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED;
    const auto is = [&](cudnnBackendDescriptorType_t of, cudnnBackendAttributeName_t asked,
                        cudnnBackendAttributeType_t as) { return d->type == of && name == asked && type == as; };
    if (is(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR, CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR))
        return give(*d, d->heuristics, values, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR, requested, count);
    if (is(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR, CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_TYPE_BACKEND_DESCRIPTOR))
        return give(*d, {d->engine}, values, CUDNN_BACKEND_ENGINE_DESCRIPTOR, requested, count);
    if (is(CUDNN_BACKEND_ENGINE_DESCRIPTOR, CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE))
        return give_values(d->engine.notes, values, requested, count);
    if (is(CUDNN_BACKEND_ENGINE_DESCRIPTOR, CUDNN_ATTR_ENGINE_GLOBAL_INDEX, CUDNN_TYPE_INT64))
        return give_values(std::vector{d->engine.index}, values, requested, count);
    if (is(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR, CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64))
        return give_values(std::vector{d->engine.workspace}, values, requested, count);
    return CUDNN_STATUS_BAD_PARAM;
}

inline cudnnStatus_t cudnnBackendExecute(cudnnHandle_t handle, cudnnBackendDescriptor_t plan,
                                         cudnnBackendDescriptor_t variants) {
    using namespace emulation::detail;
    const Lock lock;
    const CudnnDescription* chosen = find_description(plan);
    const CudnnDescription* named = find_description(variants);
    if (handle == nullptr || chosen == nullptr || named == nullptr) return CUDNN_STATUS_BAD_PARAM;
    if (chosen->type != CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR || named->type != CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR)
        return CUDNN_STATUS_BAD_PARAM;
    if (!chosen->finalized || !named->finalized) return CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED;
    const auto* choice = referred(*chosen, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
    CudnnConvolution convolution{};
    if (choice == nullptr || read_graph(*choice, graph_name, convolution) != CUDNN_STATUS_SUCCESS)
        return CUDNN_STATUS_BAD_PARAM;
    emulation::cudnn_engines().ran = chosen->engine.index;
    ++emulation::cudnn_engines().asked;
    if (!chosen->engine.runs) return CUDNN_STATUS_EXECUTION_FAILED;
    convolution.tf32 = std::ranges::count(chosen->engine.notes, CUDNN_NUMERICAL_NOTE_TENSOR_CORE) > 0;

    const auto ids = named->list<std::int64_t>(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS);
    const auto pointers = named->list<void*>(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS);
    std::array<std::byte*, 3> data{};
    std::size_t index = 0;
    for (const CudnnTensor* tensor : {&convolution.x, &convolution.w, &convolution.y}) {
        const auto at = std::ranges::find(ids, tensor->id);
        if (at == ids.end()) return CUDNN_STATUS_BAD_PARAM;
        void* pointer = pointers[static_cast<std::size_t>(at - ids.begin())];
        if (!within(device().allocations, pointer, tensor->bytes())) return CUDNN_STATUS_BAD_PARAM;
        if (reinterpret_cast<std::uintptr_t>(pointer) % static_cast<std::uintptr_t>(tensor->alignment) != 0)
            return CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER;
        data[index++] = static_cast<std::byte*>(pointer);
    }
    void* workspace = named->one<void*>(CUDNN_ATTR_VARIANT_PACK_WORKSPACE);
    const auto bytes = static_cast<std::size_t>(chosen->engine.workspace);
    if (bytes > 0 && !within(device().allocations, workspace, bytes)) return CUDNN_STATUS_BAD_PARAM;
    const std::int64_t engine = chosen->engine.index;
    const std::chrono::milliseconds takes(chosen->engine.milliseconds);
    const cudaError_t error = submit(handle->stream, [=, stream = handle->stream] {
        if (observer != nullptr) {
            observer->product(asked(convolution, stream));
            return cudaSuccess;
        }
        spoil_workspace(workspace, bytes);
        run(convolution, data);
        device().pretended += takes;
        emulation::cudnn_engines().computed.push_back(engine);
        return cudaSuccess;
    });
    return error == cudaSuccess ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_EXECUTION_FAILED;
}
