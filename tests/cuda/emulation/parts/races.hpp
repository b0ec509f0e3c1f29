// What the thread sanitizer is told: the threads of a block run at the same time, but where a barrier or a shuffle puts
// them in order. Blocks and launches come one after another. Without that sanitizer nothing is done.
#pragma once

#include <array>

#include "fiber.hpp"

#ifdef DITTO_EMULATION_TSAN
/// Of functions in which threads of a block meet the emulation's own data: these accesses are not looked at.
#define DITTO_EMULATION_UNWATCHED __attribute__((no_sanitize("thread")))
#else
#define DITTO_EMULATION_UNWATCHED
#endif

namespace emulation::detail {

#ifdef DITTO_EMULATION_TSAN

/// To the sanitizer each thread of a block is a fiber, and the emulation itself the host's thread. It tells 255 apart,
/// and knows of more no longer what is whose: blocks have at most 128 threads.
class Races {
  public:
    static constexpr bool watched = true;

    void begin_block(unsigned threads) {
        if (threads > most_threads) die("races are watched in blocks of at most 128 threads");
        host_ = __tsan_get_current_fiber();
        for (auto& turns : turns_)
            for (bool& turn : turns) turn = false;
        __tsan_release(&begin_);
    }
    void end_block() { __tsan_acquire(&end_); }

    DITTO_EMULATION_UNWATCHED void begin_thread(unsigned rank) {
        enter(rank);
        __tsan_acquire(&begin_);
    }
    DITTO_EMULATION_UNWATCHED void end_thread() {
        __tsan_release(&end_);
        __tsan_switch_to_fiber(host_, no_order);
    }
    /// Before and after a wait for all threads of a block (meeting 0) or a warp (its number + 1): what any did before,
    /// all see after.
    DITTO_EMULATION_UNWATCHED void before_wait(unsigned rank, unsigned meeting) {
        __tsan_release(&meetings_[turns_[rank][meeting > 0]][meeting]);
        __tsan_switch_to_fiber(host_, no_order);
    }
    DITTO_EMULATION_UNWATCHED void after_wait(unsigned rank, unsigned meeting) {
        enter(rank);
        __tsan_acquire(&meetings_[turns_[rank][meeting > 0]][meeting]);
        turns_[rank][meeting > 0] = !turns_[rank][meeting > 0];
    }

  private:
    static constexpr unsigned most_threads = 128;
    static constexpr unsigned no_order = 1;  // a switch by itself puts nothing in order

    DITTO_EMULATION_UNWATCHED void enter(unsigned rank) {
        if (fibers_[rank] == nullptr) fibers_[rank] = __tsan_create_fiber(0);
        __tsan_switch_to_fiber(fibers_[rank], no_order);
    }

    void* host_ = nullptr;
    void* fibers_[most_threads] = {};
    char begin_ = 0, end_ = 0;
    // Two of each in turn: a thread may come to the next one before another has left this one.
    char meetings_[2][1 + most_threads / 32] = {};
    bool turns_[most_threads][2] = {};  // of each thread: the block's meetings, its warp's
};

#else

struct Races {
    static constexpr bool watched = false;
    void begin_block(unsigned) {}
    void end_block() {}
    void begin_thread(unsigned) {}
    void end_thread() {}
    void before_wait(unsigned, unsigned) {}
    void after_wait(unsigned, unsigned) {}
};

#endif

}  // namespace emulation::detail
