// Parallel loops go on working in the child of fork().
#pragma once

#include "ditto/core/requirements.hpp"

#ifndef __clang__  // whose OpenMP runtime, LLVM's, looks after its children itself

#include <dlfcn.h>
#include <omp.h>
#include <pthread.h>

namespace ditto::detail {

/// Ends the team of the thread that calls fork(), just before: GNU's OpenMP runtime keeps it from loop to loop, and in
/// the child, which has none of its threads, would wait for them for ever. Parent and child begin another one each with
/// their next loop. Where LLVM's runtime stands in for GNU's, it must not be asked from within fork(); that it is in
/// the process, for a library's sake, does not mean that it runs these loops.
class ForkWatch {
  public:
    ForkWatch() {
        if (!runs_on_llvm()) pthread_atfork(end_team, nullptr, nullptr);
    }

  private:
    static const void* library_of(const char* function) {
        Dl_info library{};
        const void* address = dlsym(RTLD_DEFAULT, function);
        return address != nullptr && dladdr(address, &library) != 0 ? library.dli_fbase : nullptr;
    }
    static bool runs_on_llvm() {
        const void* llvm = library_of("__kmpc_fork_call");
        return llvm != nullptr && library_of("GOMP_parallel") == llvm;
    }
    static void end_team() { omp_pause_resource_all(omp_pause_soft); }
};
inline const ForkWatch fork_watch;

}  // namespace ditto::detail

#endif
