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
/// 16-bit brain floating point, with 32-bit master weights.
struct bf16;

}  // namespace ditto
