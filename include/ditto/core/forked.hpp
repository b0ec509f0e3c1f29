// Whether this process may start threads of OpenMP.
#pragma once

#include "ditto/core/requirements.hpp"

#include <pthread.h>

#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#endif

namespace ditto::detail {

/// Watches for fork(). The child of a process that had started threads has none of them, but OpenMP's runtime may wait
/// for them for ever: GNU's keeps its team in the memory that the child inherits.
class ForkWatch {
  public:
    ForkWatch() { pthread_atfork(note_threads, nullptr, note_child); }

    static bool lost_threads() { return lost_threads_; }

  private:
    static void note_threads() {
#if __has_include(<sys/single_threaded.h>)
        had_threads_ = __libc_single_threaded == 0;  // since glibc 2.32
#else
        had_threads_ = true;
#endif
    }
    static void note_child() { lost_threads_ = lost_threads_ || had_threads_; }

    static inline bool had_threads_ = false;
    static inline bool lost_threads_ = false;  // written before the child has any other thread
};
inline const ForkWatch fork_watch;

/// Is this the child, by fork(), of a process that had started threads? It then computes on the thread that it has.
inline bool lost_threads_by_fork() {
    return ForkWatch::lost_threads();
}

}  // namespace ditto::detail
