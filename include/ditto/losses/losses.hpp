// All losses: their descriptions, and a list for programs that take a loss by its name.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "ditto/core/error.hpp"
#include "ditto/losses/concat_bce.hpp"
#include "ditto/losses/contrastive.hpp"
#include "ditto/losses/difference_bce.hpp"

namespace ditto {

/// Losses as a list of types.
template <class... Losses>
struct LossList {
    static constexpr std::array<std::string_view, sizeof...(Losses)> names{Losses::name...};

    /// use(loss) for each loss, with its default settings.
    template <class Use>
    static void for_each(const Use& use) {
        (use(Losses{}), ...);
    }
};

/// Every loss of ditto's: what programs choose from, and what files of weights name.
using AllLosses = LossList<ContrastiveLoss, ConcatBceLoss, DifferenceBceLoss>;

namespace detail {

// Throws unless a loss of the list has the name; `where` is who says it ("--loss").
template <class... Losses>
void require_loss_name(LossList<Losses...> losses, std::string_view name, const std::string& where) {
    if (std::ranges::find(losses.names, name) != losses.names.end()) return;
    std::string known;
    for (const std::string_view one : losses.names) known += (known.empty() ? "" : ", ") + std::string(one);
    throw Error(where + " is '" + std::string(name) + "'; use one of " + known);
}

template <class Loss, class... Others, class Use>
auto with_loss_of(LossList<Loss, Others...>, std::string_view name, const Use& use) {
    if constexpr (sizeof...(Others) > 0)
        if (name != Loss::name) return with_loss_of(LossList<Others...>{}, name, use);
    return use(Loss{});
}

}  // namespace detail

/// use(loss) with the loss of that name and its default settings; `use` returns the same type for every loss. Throws
/// Error where no loss has the name; its message begins with `where`, which is who said the name ("--loss").
template <class Use>
auto with_loss(std::string_view name, const std::string& where, const Use& use) {
    detail::require_loss_name(AllLosses{}, name, where);
    return detail::with_loss_of(AllLosses{}, name, use);
}

}  // namespace ditto
