// cuDNN's handle, descriptors and their attributes. A descriptor takes the attributes of its kind, each of one type,
// and when it is finalised all that are needed must be there. What a descriptor refers to must outlive it: the real
// library keeps what it needs, but says so nowhere.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <set>
#include <vector>

#include "capture.hpp"
#include "cudnn_types.hpp"
#include "state.hpp"

using cudnnBackendDescriptor_t = void*;

struct cudnnContext {
    cudaStream_t stream = nullptr;
};
using cudnnHandle_t = cudnnContext*;

namespace emulation {

/// An engine that the emulation's heuristics offer.
struct CudnnEngine {
    std::int64_t index = 0;
    std::vector<cudnnBackendNumericalNote_t> notes = {};
    std::int64_t workspace = 0;
    cudnnStatus_t finalize = CUDNN_STATUS_SUCCESS;  // of an execution plan with it
    bool runs = true;                               // false: an engine that must not be chosen
    int milliseconds = 0;                           // that it seems to take
};

namespace detail {

struct CudnnDescription {
    cudnnBackendDescriptorType_t type;
    bool finalized = false;
    std::map<cudnnBackendAttributeName_t, std::vector<std::byte>> attributes = {};
    CudnnEngine engine = {};                   // of an engine, a configuration or a plan
    std::vector<CudnnEngine> heuristics = {};  // of finalised heuristics

    bool has(cudnnBackendAttributeName_t name) const { return attributes.contains(name); }
    template <typename T>
    std::vector<T> list(cudnnBackendAttributeName_t name) const {
        const auto& bytes = attributes.at(name);
        std::vector<T> values(bytes.size() / sizeof(T));
        std::memcpy(values.data(), bytes.data(), bytes.size());
        return values;
    }
    template <typename T>
    T one(cudnnBackendAttributeName_t name) const {
        return list<T>(name).front();
    }
};

/// The descriptors that were made and not destroyed.
inline std::set<CudnnDescription*>& cudnn_descriptors() {
    static auto& all = *new std::set<CudnnDescription*>;
    return all;
}
inline CudnnDescription* find_description(cudnnBackendDescriptor_t descriptor) {
    auto* description = static_cast<CudnnDescription*>(descriptor);
    return cudnn_descriptors().contains(description) ? description : nullptr;
}
/// A finalised descriptor of a kind, to which an attribute refers; null where it is not.
inline const CudnnDescription* referred(const CudnnDescription& from, cudnnBackendAttributeName_t name,
                                        cudnnBackendDescriptorType_t type) {
    if (!from.has(name)) return nullptr;
    const CudnnDescription* to = find_description(from.one<cudnnBackendDescriptor_t>(name));
    return to != nullptr && to->finalized && to->type == type ? to : nullptr;
}

struct CudnnAttribute {
    cudnnBackendDescriptorType_t descriptor;
    cudnnBackendAttributeName_t name;
    cudnnBackendAttributeType_t type;
    std::int64_t most = 1;  // values
    bool needed = true;
};

inline constexpr auto forward_operation = CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR;
inline constexpr auto data_operation = CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR;
inline constexpr auto filter_operation = CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR;

/// What can be set.
inline constexpr std::array cudnn_attributes{
    CudnnAttribute{CUDNN_BACKEND_TENSOR_DESCRIPTOR, CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64},
    CudnnAttribute{CUDNN_BACKEND_TENSOR_DESCRIPTOR, CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE},
    CudnnAttribute{CUDNN_BACKEND_TENSOR_DESCRIPTOR, CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, 8},
    CudnnAttribute{CUDNN_BACKEND_TENSOR_DESCRIPTOR, CUDNN_ATTR_TENSOR_STRIDES, CUDNN_TYPE_INT64, 8},
    CudnnAttribute{CUDNN_BACKEND_TENSOR_DESCRIPTOR, CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64},
    CudnnAttribute{CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR, CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE},
    CudnnAttribute{CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR, CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE},
    CudnnAttribute{CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR, CUDNN_ATTR_CONVOLUTION_DILATIONS, CUDNN_TYPE_INT64, 3},
    CudnnAttribute{CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR, CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, CUDNN_TYPE_INT64, 3},
    CudnnAttribute{CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR, CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, CUDNN_TYPE_INT64, 3},
    CudnnAttribute{CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR, CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, CUDNN_TYPE_INT64, 3},
    CudnnAttribute{CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR, CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, CUDNN_TYPE_INT64},
    CudnnAttribute{forward_operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, CUDNN_TYPE_FLOAT},
    CudnnAttribute{forward_operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, CUDNN_TYPE_FLOAT},
    CudnnAttribute{forward_operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
                   CUDNN_TYPE_BACKEND_DESCRIPTOR},
    CudnnAttribute{forward_operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, CUDNN_TYPE_BACKEND_DESCRIPTOR},
    CudnnAttribute{forward_operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, CUDNN_TYPE_BACKEND_DESCRIPTOR},
    CudnnAttribute{forward_operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, CUDNN_TYPE_BACKEND_DESCRIPTOR},
    CudnnAttribute{data_operation, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA, CUDNN_TYPE_FLOAT},
    CudnnAttribute{data_operation, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA, CUDNN_TYPE_FLOAT},
    CudnnAttribute{data_operation, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, CUDNN_TYPE_BACKEND_DESCRIPTOR},
    CudnnAttribute{data_operation, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W, CUDNN_TYPE_BACKEND_DESCRIPTOR},
    CudnnAttribute{data_operation, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX, CUDNN_TYPE_BACKEND_DESCRIPTOR},
    CudnnAttribute{data_operation, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY, CUDNN_TYPE_BACKEND_DESCRIPTOR},
    CudnnAttribute{filter_operation, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA, CUDNN_TYPE_FLOAT},
    CudnnAttribute{filter_operation, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA, CUDNN_TYPE_FLOAT},
    CudnnAttribute{filter_operation, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
                   CUDNN_TYPE_BACKEND_DESCRIPTOR},
    CudnnAttribute{filter_operation, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, CUDNN_TYPE_BACKEND_DESCRIPTOR},
    CudnnAttribute{filter_operation, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X, CUDNN_TYPE_BACKEND_DESCRIPTOR},
    CudnnAttribute{filter_operation, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY, CUDNN_TYPE_BACKEND_DESCRIPTOR},
    CudnnAttribute{CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR, CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE},
    CudnnAttribute{CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR, CUDNN_ATTR_OPERATIONGRAPH_OPS,
                   CUDNN_TYPE_BACKEND_DESCRIPTOR},
    CudnnAttribute{CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR, CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE},
    CudnnAttribute{CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH,
                   CUDNN_TYPE_BACKEND_DESCRIPTOR},
    CudnnAttribute{CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR, CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, 1,
                   false},
    CudnnAttribute{CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG,
                   CUDNN_TYPE_BACKEND_DESCRIPTOR},
    CudnnAttribute{CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, 3},
    CudnnAttribute{CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR,
                   3},
    CudnnAttribute{CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR, CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR},
};

inline std::size_t bytes_of(cudnnBackendAttributeType_t type) {
    switch (type) {
        case CUDNN_TYPE_INT64:
        case CUDNN_TYPE_DOUBLE:
            return 8;
        case CUDNN_TYPE_HANDLE:
        case CUDNN_TYPE_VOID_PTR:
        case CUDNN_TYPE_BACKEND_DESCRIPTOR:
            return sizeof(void*);
        default:
            return 4;
    }
}

}  // namespace detail
}  // namespace emulation

inline std::size_t cudnnGetVersion() {
    const emulation::detail::Lock lock;
    return emulation::detail::device().cudnn_version;
}

inline cudnnStatus_t cudnnCreate(cudnnHandle_t* handle) {
    using namespace emulation::detail;
    const Lock lock;
    if (handle == nullptr) return CUDNN_STATUS_BAD_PARAM_NULL_POINTER;
    if (no_device() != cudaSuccess || refuse_while_capturing() != cudaSuccess) return CUDNN_STATUS_NOT_INITIALIZED;
    *handle = new cudnnContext;
    ++device().handles;
    return CUDNN_STATUS_SUCCESS;
}
inline cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) {
    const emulation::detail::Lock lock;
    if (handle == nullptr) return CUDNN_STATUS_BAD_PARAM_NULL_POINTER;
    delete handle;
    --emulation::detail::device().handles;
    return CUDNN_STATUS_SUCCESS;
}
inline cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream) {
    const emulation::detail::Lock lock;
    if (handle == nullptr || emulation::detail::find_stream(stream) == nullptr) return CUDNN_STATUS_BAD_PARAM;
    handle->stream = stream;
    return CUDNN_STATUS_SUCCESS;
}
/// The emulation has nothing to say beyond the status.
inline void cudnnGetLastErrorString(char* message, std::size_t size) {
    if (size > 0) message[0] = '\0';
}

inline cudnnStatus_t cudnnBackendCreateDescriptor(cudnnBackendDescriptorType_t type,
                                                  cudnnBackendDescriptor_t* descriptor) {
    using namespace emulation::detail;
    const Lock lock;
    if (descriptor == nullptr) return CUDNN_STATUS_BAD_PARAM_NULL_POINTER;
    auto* description = new CudnnDescription{type};
    cudnn_descriptors().insert(description);
    ++device().handles;
    *descriptor = description;
    return CUDNN_STATUS_SUCCESS;
}
inline cudnnStatus_t cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t descriptor) {
    using namespace emulation::detail;
    const Lock lock;
    CudnnDescription* description = find_description(descriptor);
    if (description == nullptr) return CUDNN_STATUS_BAD_PARAM;
    cudnn_descriptors().erase(description);
    delete description;
    --device().handles;
    return CUDNN_STATUS_SUCCESS;
}
inline cudnnStatus_t cudnnBackendSetAttribute(cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                                              cudnnBackendAttributeType_t type, std::int64_t count,
                                              const void* values) {
    using namespace emulation::detail;
    const Lock lock;
    CudnnDescription* description = find_description(descriptor);
    if (description == nullptr || description->finalized || values == nullptr) return CUDNN_STATUS_BAD_PARAM;
    const auto* attribute = std::ranges::find_if(cudnn_attributes, [&](const CudnnAttribute& each) {
        return each.descriptor == description->type && each.name == name;
    });
    if (attribute == cudnn_attributes.end() || count < 1 || count > attribute->most) return CUDNN_STATUS_BAD_PARAM;
    if (attribute->type != type) return CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE;
    if (type == CUDNN_TYPE_BACKEND_DESCRIPTOR) {
        const CudnnDescription* other = find_description(*static_cast<const cudnnBackendDescriptor_t*>(values));
        if (other == nullptr) return CUDNN_STATUS_BAD_PARAM;
        if (!other->finalized) return CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED;
    }
    const auto* bytes = static_cast<const std::byte*>(values);
    description->attributes[name].assign(bytes, bytes + static_cast<std::size_t>(count) * bytes_of(type));
    return CUDNN_STATUS_SUCCESS;
}
