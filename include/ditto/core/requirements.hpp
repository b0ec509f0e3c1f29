// What ditto asks of the system and of the compiler's command line: where it is missing, the first line says what to
// do. Headers that include the system's own include this before them.
#pragma once

#ifndef __linux__
#error "ditto needs Linux: memory, files and terminals are asked for by calls of that system"
#endif
#if defined(__clang__)
#if __clang_major__ < 13
#error "ditto needs clang 13 or newer"
#endif
#elif !defined(__GNUC__) || __GNUC__ < 11
#error "ditto needs g++ 11 or clang 13, or newer"
#endif
#if __cplusplus < 202002L
#error "ditto needs C++20: compile with -std=c++20"
#endif
#ifndef _OPENMP
#error "ditto needs OpenMP: compile and link with -fopenmp"
#endif
#ifndef __cpp_exceptions
#error "ditto reports errors as exceptions: compile without -fno-exceptions"
#endif
#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "ditto looks for NaN and infinity, which -ffast-math, -Ofast and -ffinite-math-only remove: compile without them"
#endif

// Shown in system headers too, and no error with -Werror. Whoever compiles for a debugger means it, but no macro says
// so: ditto's CMake targets define the opt-out in the configuration Debug.
#if !defined(__OPTIMIZE__) && !defined(DITTO_ALLOW_UNOPTIMIZED) && !defined(__CUDACC__)
#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpedantic"
#pragma clang diagnostic warning "-W#warnings"
#warning "ditto: not optimized, so programs are 40 times slower: use -O3, or define DITTO_ALLOW_UNOPTIMIZED"
#pragma clang diagnostic pop
#else
#pragma message("ditto: not optimized, so programs are 40 times slower: use -O3, or define DITTO_ALLOW_UNOPTIMIZED")
#endif
#endif
