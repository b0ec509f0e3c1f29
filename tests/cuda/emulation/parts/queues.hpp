// What streams have been asked for and have not done yet. Work is done at once, unless a test shuffles streams: then
// each stream goes at a pace of its own, as far as events and the host's waiting allow, so that a missing wait shows.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "state.hpp"

namespace emulation::detail {

using Work = std::function<cudaError_t()>;

struct Queue;

/// A place in a queue, which events mark.
struct Mark {
    Queue* queue;
    bool reached = false;
    cudaError_t error = cudaSuccess;  // of what came before it
};

/// Work; or a mark to set, or one to wait for.
struct Step {
    Work work = nullptr;
    std::shared_ptr<Mark> mark = nullptr;
    std::shared_ptr<const Mark> awaited = nullptr;
};

enum class Pace { when_it_must, now_and_then, at_once };

/// All queues, in the order in which they were made, and the pace of the next.
struct Shuffle {
    bool on = false;
    std::uint64_t state = 0;
    std::vector<Queue*> queues;

    std::uint64_t draw() {  // splitmix64
        std::uint64_t z = state += 0x9e3779b97f4a7c15U;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
        z = (z ^ z >> 27) * 0x94d049bb133111ebU;
        return z ^ z >> 31;
    }
    Pace draw_pace() { return static_cast<Pace>(draw() % 3); }
};

inline Shuffle& shuffle() {
    static Shuffle& instance = *new Shuffle;
    return instance;
}

struct Queue {
    std::deque<Step> steps;
    cudaError_t error = cudaSuccess;  // of work that was done late
    Pace pace = shuffle().draw_pace();

    Queue() { shuffle().queues.push_back(this); }
    Queue(const Queue&) = delete;
    Queue& operator=(const Queue&) = delete;
    ~Queue() { std::erase(shuffle().queues, this); }
};

/// Does the first step of a queue, and before it what this waits for.
inline void do_next(Queue& queue) {
    const Step step = std::move(queue.steps.front());
    queue.steps.pop_front();
    while (step.awaited != nullptr && !step.awaited->reached) do_next(*step.awaited->queue);
    if (step.work != nullptr) {
        const cudaError_t error = step.work();
        if (queue.error == cudaSuccess) queue.error = error;
    }
    if (step.mark != nullptr) {
        step.mark->reached = true;
        step.mark->error = queue.error;
    }
}

/// Does all that a queue holds. What went wrong in it.
inline cudaError_t finish(Queue& queue) {
    while (!queue.steps.empty()) do_next(queue);
    return std::exchange(queue.error, cudaSuccess);
}

inline cudaError_t finish_all() {
    cudaError_t first = cudaSuccess;
    for (Queue* queue : shuffle().queues)
        if (const cudaError_t error = finish(*queue); first == cudaSuccess) first = error;
    return first;
}

/// The host waits for a mark. What went wrong before it.
inline cudaError_t reach(const Mark& mark) {
    while (!mark.reached) do_next(*mark.queue);
    return mark.error;
}

/// Adds a step; then each queue goes on as its pace is.
inline void add(Queue& queue, Step step) {
    queue.steps.push_back(std::move(step));
    for (Queue* each : shuffle().queues)
        while (!each->steps.empty() && each->pace != Pace::when_it_must) {
            const std::shared_ptr<const Mark>& awaited = each->steps.front().awaited;
            if (awaited != nullptr && !awaited->reached) break;
            if (each->pace == Pace::now_and_then && shuffle().draw() % 2 == 0) break;
            do_next(*each);
        }
}

}  // namespace emulation::detail

namespace emulation {

/// While it lives, streams do their work late and in an order that a seed chooses. The default stream does not.
class [[nodiscard]] ShuffledStreams {
  public:
    explicit ShuffledStreams(std::uint64_t seed) {
        const detail::Lock lock;
        detail::shuffle().on = true;
        detail::shuffle().state = seed;
        for (detail::Queue* queue : detail::shuffle().queues) queue->pace = detail::shuffle().draw_pace();
    }
    ShuffledStreams(const ShuffledStreams&) = delete;
    ShuffledStreams& operator=(const ShuffledStreams&) = delete;
    ~ShuffledStreams() {
        const detail::Lock lock;
        detail::finish_all();
        detail::shuffle().on = false;
    }
};

}  // namespace emulation
