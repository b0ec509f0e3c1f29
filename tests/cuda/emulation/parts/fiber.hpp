// Fibers: stacks that the processor switches between, so that a kernel's thread can stop in the midst of a function and
// go on later. On x86-64 a switch saves the registers that a call keeps, some nanoseconds; elsewhere <ucontext.h>,
// which also saves the signal mask by a system call.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "types.hpp"

#if !defined(__x86_64__) || defined(DITTO_EMULATION_UCONTEXT)  // defined to try the portable switch on x86-64
#define DITTO_EMULATION_PORTABLE 1
#include <ucontext.h>
#endif

#if defined(__SANITIZE_ADDRESS__)
#define DITTO_EMULATION_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DITTO_EMULATION_ASAN 1
#endif
#endif
#ifdef DITTO_EMULATION_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__has_feature) && !defined(DITTO_EMULATION_COUNTED)  // not instrumented to count: see tests/cuda/traffic
#if __has_feature(thread_sanitizer)
#define DITTO_EMULATION_TSAN 1
#include <sanitizer/tsan_interface.h>
#endif
#endif

namespace emulation::detail {

[[noreturn]] inline void die(const char* message) {
    std::fprintf(stderr, "CUDA emulation: %s\n", message);
    std::fflush(stderr);
    std::abort();
}

#ifndef DITTO_EMULATION_PORTABLE

using Context = void*;  // the stack pointer, the registers on the stack

/// Saves this context and continues another.
__attribute__((naked, noinline, no_profile_instrument_function)) inline void switch_context(Context& /*rdi: save*/,
                                                                                            Context& /*rsi: load*/) {
    __asm__(
        "pushq %rbp\n\tpushq %rbx\n\tpushq %r12\n\tpushq %r13\n\tpushq %r14\n\tpushq %r15\n\t"
        "movq %rsp, (%rdi)\n\t"
        "movq (%rsi), %rsp\n\t"
        "popq %r15\n\tpopq %r14\n\tpopq %r13\n\tpopq %r12\n\tpopq %rbx\n\tpopq %rbp\n\t"
        "ret");
}

inline void make_context(Context& context, std::byte* stack, std::size_t bytes, void (*entry)()) {
    auto* top = reinterpret_cast<std::uintptr_t*>(stack + bytes);
    *--top = 0;  // the address that `entry` would return to: it never does
    *--top = reinterpret_cast<std::uintptr_t>(entry);
    for (int kept_register = 0; kept_register < 6; ++kept_register) *--top = 0;
    context = top;
}

#else

using Context = ucontext_t;

inline void switch_context(Context& save, Context& load) {
    swapcontext(&save, &load);
}

inline void make_context(Context& context, std::byte* stack, std::size_t bytes, void (*entry)()) {
    getcontext(&context);
    context.uc_stack.ss_sp = stack;
    context.uc_stack.ss_size = bytes;
    context.uc_link = nullptr;
    makecontext(&context, entry, 0);
}

#endif

/// One stack, with an unreadable page below it: a kernel that needs more ends with a segmentation fault.
struct Fiber {
    static constexpr std::size_t stack_bytes = 64 << 10;

    explicit Fiber(void (*entry)()) {
        const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        void* memory = mmap(nullptr, page + stack_bytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED || mprotect(memory, page, PROT_NONE) != 0) die("no memory for a thread's stack");
        stack = static_cast<std::byte*>(memory) + page;
        make_context(context, stack, stack_bytes, entry);
    }

    Context context{};
    std::byte* stack;
    uint3 index{};               // threadIdx of the thread that it runs
    unsigned rank = 0;           // and its number within the block
    bool suspended = false;      // in the midst of a thread
    void* asan_state = nullptr;  // AddressSanitizer's, while suspended
};

/// The stack that fibers are started from, and the switches to and from it.
struct Scheduler {
    Context context{};
    const void* stack = nullptr;
    std::size_t stack_bytes = 0;

    void run(Fiber& fiber) {
#ifdef DITTO_EMULATION_ASAN
        void* own_state = nullptr;
        __sanitizer_start_switch_fiber(&own_state, fiber.stack, Fiber::stack_bytes);
#endif
        switch_context(context, fiber.context);
#ifdef DITTO_EMULATION_ASAN
        __sanitizer_finish_switch_fiber(own_state, nullptr, nullptr);
#endif
    }

    /// What a fiber calls to stop. An idle one leaves nothing on its stack, so that any host thread may run it next.
    void stop(Fiber& fiber) {
#ifdef DITTO_EMULATION_ASAN
        __sanitizer_start_switch_fiber(fiber.suspended ? &fiber.asan_state : nullptr, stack, stack_bytes);
#endif
        switch_context(fiber.context, context);
        void* const state = fiber.asan_state;  // not `suspended`, which who resumes a fiber takes back
        fiber.asan_state = nullptr;
        arrived(state);
    }

    /// The first thing on a fiber after a switch to it.
    void arrived([[maybe_unused]] void* state) {
#ifdef DITTO_EMULATION_ASAN
        __sanitizer_finish_switch_fiber(state, &stack, &stack_bytes);
#endif
    }
};

}  // namespace emulation::detail
