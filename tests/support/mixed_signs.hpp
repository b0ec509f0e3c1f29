// BatchNorm's weights with all signs: those of a pooled block decide which pixel of a window wins.
#pragma once

#include <cstddef>
#include <vector>

#include "ditto/model/stored_tensor.hpp"

/// Makes the weights of every BatchNorm 1, -0.5, 0, 1, ...
inline void mix_signs(const std::vector<ditto::StoredTensor>& weights) {
    const auto fill = [](auto* numbers, std::size_t size) {
        for (std::size_t c = 0; c < size; ++c) numbers[c] = c % 3 == 0 ? 1.0F : c % 3 == 1 ? -0.5F : 0.0F;
    };
    for (const ditto::StoredTensor& tensor : weights) {
        if (tensor.info.initial.kind != ditto::Initialization::Kind::constant || tensor.info.name != "weight") continue;
        const auto size = static_cast<std::size_t>(tensor.info.size());
        if (tensor.type == ditto::StoredType::float32)
            fill(static_cast<float*>(tensor.data), size);
        else
            fill(static_cast<double*>(tensor.data), size);
    }
}
