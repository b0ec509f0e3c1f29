// The scored pairs of make_reference.py.
#pragma once

#include <cstdint>
#include <ditto/core/pair_label.hpp>
#include <vector>

inline std::vector<double> reference_scores() {
    std::vector<double> scores{2, 9, 3, 3, 12, 5, 1, 7, 5, 14, 7, 6, 9, 4, 5, 11, 8, 13, 3, 10};
    for (double& score : scores) score /= 4;
    return scores;
}

inline std::vector<ditto::PairLabel> reference_labels() {
    std::vector<ditto::PairLabel> labels;
    for (const int label : {1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0})
        labels.push_back(static_cast<ditto::PairLabel>(label));
    return labels;
}
