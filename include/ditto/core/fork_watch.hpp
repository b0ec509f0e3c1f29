// Parallel loops go on working in the child of fork().
#pragma once

#include "ditto/core/requirements.hpp"

#include <omp.h>
#include <pthread.h>

// LLVM's OpenMP runtime, which looks after its children itself. It must not be asked from within fork().
extern "C" [[gnu::weak]] void __kmpc_fork_call(void*, int, void*, ...);

namespace ditto::detail {

/// Ends the team of the thread that calls fork(), just before: GNU's OpenMP runtime keeps it from loop to loop, and in
/// the child, which has none of its threads, would wait for them for ever. Parent and child begin another one each with
/// their next loop.
class ForkWatch {
  public:
    ForkWatch() { pthread_atfork(end_team, nullptr, nullptr); }

  private:
    static void end_team() {
        if (__kmpc_fork_call == nullptr) omp_pause_resource_all(omp_pause_soft);
    }
};
inline const ForkWatch fork_watch;

}  // namespace ditto::detail
