// Execution of a kernel, and what its threads see: indices, barriers, shuffles.
//
// Blocks run one after another; so do the warps of a block, and the threads of a warp. A fiber runs threads to their
// end, one after another, until one of them has to wait; this one keeps the fiber, and another takes up the rest. A
// kernel without barriers so runs on one fiber, at the cost of two switches for each warp. Threads that wait at a
// shuffle go on once their whole warp is there, those at a barrier once all warps are.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <vector>

#include "fiber.hpp"
#include "races.hpp"
#include "types.hpp"

// Plain globals: one kernel runs at a time.
inline uint3 threadIdx{};
inline uint3 blockIdx{};
inline dim3 blockDim{};
inline dim3 gridDim{};
inline constexpr int warpSize = 32;

namespace emulation::detail {

inline constexpr unsigned warp_threads = 32;
inline constexpr unsigned block_threads = 1024;

class Executor {
  public:
    DITTO_EMULATION_UNWATCHED void run(const dim3& grid, const dim3& block, const std::function<void()>& thread) {
        if (current_ != nullptr) die("a kernel launched a kernel");
        thread_ = &thread;
        gridDim = grid;
        blockDim = block;
        const std::size_t blocks = std::size_t{grid.x} * grid.y * grid.z;
        for (std::size_t i = 0; i < blocks; ++i) {
            const std::size_t at = last_first ? blocks - 1 - i : i, row = at / grid.x;
            blockIdx = {static_cast<unsigned>(at % grid.x), static_cast<unsigned>(row % grid.y),
                        static_cast<unsigned>(row / grid.y)};
            run_block(block.x * block.y * block.z);
        }
        current_ = nullptr;
    }

    DITTO_EMULATION_UNWATCHED void wait_at_barrier(int line) {
        const unsigned rank = current_->rank;
        races_.before_wait(rank, 0);
        if (at_barrier_ == 0 && first_warp_at_barrier_) barrier_line_ = line;
        if (line != barrier_line_) die("the threads of a block wait at different __syncthreads()");
        ++at_barrier_;
        suspend();
        races_.after_wait(rank, 0);
    }

    /// Gives `bits` to the other threads of the warp and returns those of thread `lane`. Two buffers in turn: nobody
    /// can write into one again before all have read from it.
    DITTO_EMULATION_UNWATCHED std::uint64_t exchange(std::uint64_t bits, unsigned lane) {
        const unsigned rank = current_->rank, meeting = rank / warp_threads + 1;
        races_.before_wait(rank, meeting);
        auto& buffer = buffers_[turns_[rank]];
        turns_[rank] ^= 1;
        buffer[rank % warp_threads] = bits;
        ++at_shuffle_;
        suspend();
        const std::uint64_t theirs = buffer[lane];
        races_.after_wait(rank, meeting);
        return theirs;
    }

    DITTO_EMULATION_UNWATCHED unsigned lane() const { return current_->rank % warp_threads; }

    bool last_first = false;  ///< the order of blocks

    static Executor& instance() {
        static Executor& executor = *new Executor;
        return executor;
    }

  private:
    void run_block(unsigned threads) {
        std::fill_n(turns_.begin(), threads, std::uint8_t{0});
        races_.begin_block(threads);
        bool begin = true;
        for (unsigned waiting = 1; waiting > 0; begin = false) {
            waiting = 0;
            first_warp_at_barrier_ = true;
            for (unsigned first = 0; first < threads; first += warp_threads) {
                const unsigned last = std::min(first + warp_threads, threads);
                waiting += run_warp(first, last, begin);
                first_warp_at_barrier_ = waiting == 0;
                if (waiting != 0 && waiting != last)
                    die("some threads of a block ended, or had ended, where others wait at __syncthreads()");
            }
        }
        races_.end_block();
    }

    /// Runs a warp until all its threads wait at a barrier (and returns how many) or all have ended (and returns 0).
    unsigned run_warp(unsigned first, unsigned last, bool begin) {
        at_barrier_ = at_shuffle_ = 0;
        if (begin) {
            next_ = first;
            while (next_ < last) {
                end_ = Races::watched ? next_ + 1 : last;
                switch_to(Races::watched ? own_fiber(next_) : idle_fiber());
            }
        } else {
            resume(first, last);
        }
        while (at_shuffle_ > 0) {
            if (at_shuffle_ != warp_threads) die("not all 32 threads of a warp take part in a shuffle");
            at_shuffle_ = 0;
            resume(first, last);
        }
        if (at_barrier_ != 0 && at_barrier_ != last - first)
            die("some threads of a block ended where others wait at __syncthreads()");
        return at_barrier_;
    }

    DITTO_EMULATION_UNWATCHED void resume(unsigned first, unsigned last) {
        for (unsigned rank = first; rank < last; ++rank) {
            Fiber& fiber = *fibers_[rank];
            fiber.suspended = false;
            threadIdx = fiber.index;
            switch_to(fiber);
        }
    }

    Fiber& idle_fiber() {
        if (idle_.empty()) idle_.push_back(new Fiber(&fiber_main));
        Fiber& fiber = *idle_.back();
        idle_.pop_back();
        return fiber;
    }

    /// A stack of a thread's own: on another's, the sanitizer would see both threads use the same memory.
    Fiber& own_fiber(unsigned rank) {
        if (own_[rank] == nullptr) own_[rank] = new Fiber(&fiber_main);
        return *own_[rank];
    }

    DITTO_EMULATION_UNWATCHED void switch_to(Fiber& fiber) {
        current_ = &fiber;
        scheduler_.run(fiber);
        if (!fiber.suspended && !Races::watched) idle_.push_back(&fiber);
    }

    void suspend() {
        Fiber& fiber = *current_;
        fiber.index = threadIdx;
        fiber.suspended = true;
        fibers_[fiber.rank] = &fiber;
        scheduler_.stop(fiber);
    }

    DITTO_EMULATION_UNWATCHED void run_threads() {
        Fiber& fiber = *current_;
        while (next_ < end_) {
            fiber.rank = next_++;
            const unsigned row = fiber.rank / blockDim.x;
            threadIdx = {fiber.rank % blockDim.x, row % blockDim.y, row / blockDim.y};
            races_.begin_thread(fiber.rank);
            (*thread_)();
            races_.end_thread();
        }
    }

    static void fiber_main() {
        Executor& executor = instance();
        executor.scheduler_.arrived(nullptr);
        for (;;) {
            executor.run_threads();
            executor.scheduler_.stop(*executor.current_);
        }
    }

    const std::function<void()>* thread_ = nullptr;
    Scheduler scheduler_;
    Races races_;
    Fiber* current_ = nullptr;
    std::vector<Fiber*> idle_;
    std::array<Fiber*, block_threads> fibers_{};  // of the threads that wait
    std::array<Fiber*, block_threads> own_{};     // of all threads, where races are watched
    unsigned next_ = 0;                           // the threads that have not begun: next_ to end_
    unsigned end_ = 0;
    unsigned at_barrier_ = 0;  // threads of the present warp
    unsigned at_shuffle_ = 0;
    int barrier_line_ = 0;
    bool first_warp_at_barrier_ = true;
    std::array<std::uint8_t, block_threads> turns_{};
    std::array<std::array<std::uint64_t, warp_threads>, 2> buffers_{};
};

}  // namespace emulation::detail

namespace emulation {

/// Kernels run their blocks in the order of their index, or the last first: no result may depend on it.
inline void set_last_block_first(bool last_first) {
    detail::Executor::instance().last_first = last_first;
}

}  // namespace emulation

namespace emulation::detail {

template <typename T>
T shuffle(unsigned mask, T value, unsigned lane) {
    static_assert(sizeof(T) <= sizeof(std::uint64_t));
    if (mask != ~0U) die("a shuffle must be one of the whole warp: its mask must be 0xffffffff");
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof(T));
    bits = Executor::instance().exchange(bits, lane);
    std::memcpy(&value, &bits, sizeof(T));
    return value;
}

/// Threads exchange within groups of `width`; one whose partner is outside its group keeps its own value.
inline unsigned partner(unsigned lane, unsigned other, unsigned width) {
    return other / width == lane / width ? other : lane;
}

}  // namespace emulation::detail

/// A barrier for all threads of the block, which must all come to the same one.
inline void __syncthreads(int line = __builtin_LINE()) {
    emulation::detail::Executor::instance().wait_at_barrier(line);
}

/// A read through the cache of what no kernel writes meanwhile.
template <typename T>
T __ldg(const T* pointer) {
    return *pointer;
}

/// A write, in one access.
template <typename T>
void __stwb(T* pointer, const T& value) {
    *pointer = value;
}

inline void __syncwarp(unsigned mask = ~0U) {
    emulation::detail::shuffle(mask, 0, emulation::detail::Executor::instance().lane());
}

template <typename T>
T __shfl_sync(unsigned mask, T value, int source, int width = warpSize) {
    using namespace emulation::detail;
    const auto group = static_cast<unsigned>(width);
    const unsigned lane = Executor::instance().lane();
    return shuffle(mask, value, lane / group * group + static_cast<unsigned>(source) % group);
}

template <typename T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = warpSize) {
    using namespace emulation::detail;
    const unsigned lane = Executor::instance().lane();
    return shuffle(mask, value, partner(lane, lane + delta, static_cast<unsigned>(width)));
}

template <typename T>
T __shfl_xor_sync(unsigned mask, T value, int lane_mask, int width = warpSize) {
    using namespace emulation::detail;
    const unsigned lane = Executor::instance().lane();
    return shuffle(mask, value, partner(lane, lane ^ static_cast<unsigned>(lane_mask), static_cast<unsigned>(width)));
}
