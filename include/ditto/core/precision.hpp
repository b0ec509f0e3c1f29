// Precisions as tag types.
#pragma once

namespace ditto {

/// 64-bit floating point: the reference.
struct fp64 {
    using scalar = double;
};
/// 32-bit floating point.
struct fp32 {
    using scalar = float;
};
/// 32-bit storage, products rounded to 10 bits of mantissa by tensor cores.
struct tf32 {
    using scalar = float;
};
/// 16-bit brain floating point, with 32-bit master weights and sums. On the CPU, for Inference only: linear layers
/// whose shape fits (layers/linear/slices.hpp) hold a copy of their weight rounded to it, a relative error of up to
/// 2^-8; everything else is fp32.
struct bf16 {
    using scalar = float;
};

}  // namespace ditto
