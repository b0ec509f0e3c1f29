// A copy of weights in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "ditto/training/checkpoint.hpp"

namespace ditto {

/// A copy of weights in memory.
class WeightsCopy {
  public:
    /// Of tensors that may change or go afterwards.
    explicit WeightsCopy(std::vector<StoredTensor> tensors) : tensors_(std::move(tensors)) {
        data_.resize(stored_bytes(tensors_));
        std::byte* at = data_.data();
        for (StoredTensor& tensor : tensors_) {
            const std::uint64_t bytes = stored_bytes({&tensor, 1});
            std::memcpy(at, tensor.data, bytes);
            tensor.data = at;
            at += bytes;
        }
    }
    WeightsCopy(const WeightsCopy&) = delete;
    WeightsCopy& operator=(const WeightsCopy&) = delete;

    /// The copied tensors, under their names.
    std::span<const StoredTensor> tensors() const { return tensors_; }

  private:
    std::vector<StoredTensor> tensors_;
    std::vector<std::byte> data_;
};

}  // namespace ditto
