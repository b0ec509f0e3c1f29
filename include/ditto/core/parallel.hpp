// Parallel loops whose results do not depend on the number of threads.
#pragma once

#include "ditto/core/requirements.hpp"

#include <omp.h>

#include <algorithm>
#include <cstddef>

#include "ditto/core/fork_watch.hpp"

namespace ditto {

/// Runs body(i) for every i in [0, count) on up to `threads` threads, in no particular order. Work is handed out one
/// index at a time: an index is a chunk whose size the caller fixed without looking at the number of threads, and no
/// two indices may write the same memory. The body must not throw. The child of fork() may go on calling this.
template <class Body>
void parallel_for(std::size_t count, int threads, const Body& body) {
    if (threads <= 1 || count <= 1) {
        for (std::size_t i = 0; i < count; ++i) body(i);
        return;
    }
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (std::size_t i = 0; i < count; ++i) body(i);
}

/// Splits [0, size) into chunks of `chunk` elements (the last one may be shorter) and runs body(begin, end) for each.
template <class Body>
void parallel_chunks(std::size_t size, std::size_t chunk, int threads, const Body& body) {
    parallel_for((size + chunk - 1) / chunk, threads,
                 [&](std::size_t i) { body(i * chunk, std::min(size, (i + 1) * chunk)); });
}

/// The number of the thread that runs the caller's parallel_for body: 0 to threads - 1. It may choose scratch memory,
/// never a result.
inline int thread_index() {
    return omp_get_thread_num();
}

/// The processors that this process may use.
inline int available_threads() {
    return omp_get_num_procs();
}

}  // namespace ditto
