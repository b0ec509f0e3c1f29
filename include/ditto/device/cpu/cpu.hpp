// Cpu<Precision>: the processor as a device.
#pragma once

#include <concepts>
#include <string>

#include "ditto/core/error.hpp"
#include "ditto/core/parallel.hpp"
#include "ditto/core/precision.hpp"
#include "ditto/device/cpu/simd.hpp"

namespace ditto {

/// The CPU, computing in fp32 or fp64 (the reference); bf16 is fp32 with linear weights held in 16 bits, for
/// Inference. The value says how many threads to use; results do not depend on it. The instruction set, the one that
/// the translation unit is compiled for, is part of the type: what is compiled for another processor is another type,
/// so that both can be linked into one program.
template <class Precision, class Arch = detail::NativeArch>
struct Cpu {
    using precision = Precision;
    using arch = Arch;
    using scalar = typename detail::ScalarOf<Precision>::type;
    using activation = scalar;  ///< the numbers between layers
    /// Training in bf16 would be slower than minimal filtering in fp32.
    static constexpr bool trains = !std::same_as<Precision, bf16>;
    /// Functions return when their work is done.
    static constexpr bool is_immediate = true;
    static constexpr bool prepares_in_training = false;  ///< see prepared_bytes
    /// Is the precision none, which has been reported?
    static constexpr bool is_reported = !detail::is_precision<Precision>;
    int threads = 1;
};

namespace detail {

/// `device`, which `who` was given. Throws Error unless it has a thread.
template <class P>
Cpu<P> require_threads(const Cpu<P>& device, const char* who) {
    if (device.threads < 1)
        throw Error(std::string(who) + " needs at least 1 thread; got " + std::to_string(device.threads));
    return device;
}

}  // namespace detail

}  // namespace ditto
