// Who wins a window of a maximum pool, for all devices.
#pragma once

namespace ditto::detail {

/// Does `candidate` win against `best`, which stands before it in the window? The first of equal numbers stays, and NaN
/// wins against all, as torch.nn.MaxPool2d has it. Value is a number, or a vector of some: then so is the answer.
template <class Value>
[[gnu::always_inline]] constexpr auto wins(const Value& candidate, const Value& best) {
    return candidate > best || !(candidate == candidate);  // xsimd's != is false for NaN, from AVX on
}

}  // namespace ditto::detail
