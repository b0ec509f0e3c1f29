// The update of parameters whose gradients are streamed: piece by piece, while the numbers are in the cache.
#pragma once

#include <cstddef>

#include "ditto/layers/calls.hpp"
#include "ditto/optim/cpu.hpp"

namespace ditto::detail {

/// While it lives, the pieces of gradients that come to a stream update their parameters; after it, and also where a
/// pass throws, the stream leads nowhere.
template <class Optimizer, class Device>
class StreamedUpdate {
    using T = typename Device::scalar;

  public:
    /// `stream` is what a pass is given.
    StreamedUpdate(GradientStream<T>& stream, const Optimizer& optimizer, const ParameterSections& sections,
                   UpdateStep at)
        : stream_(stream), optimizer_(optimizer), sections_(sections), at_(at) {
        stream_ = {&StreamedUpdate::take, this};
    }
    StreamedUpdate(const StreamedUpdate&) = delete;
    StreamedUpdate& operator=(const StreamedUpdate&) = delete;
    ~StreamedUpdate() { stream_ = {}; }

  private:
    static void take(void* context, std::size_t parameter, std::size_t first, std::size_t count, const T* numbers) {
        const auto& self = *static_cast<const StreamedUpdate*>(context);
        update_numbers<Device>(self.optimizer_, self.sections_, self.at_, parameter, first, count, numbers);
    }

    GradientStream<T>& stream_;
    const Optimizer& optimizer_;
    ParameterSections sections_;
    UpdateStep at_;
};

}  // namespace ditto::detail
