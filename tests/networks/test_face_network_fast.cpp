// The 19-layer face network in fp32 on its fast paths, trained as PyTorch trains it.
#include <ditto/networks/face_network.hpp>

#include "against_pytorch.hpp"

using namespace ditto;

// Minimal filtering rounds three to four times as much as sums of products do (layers/test_fast_convolutions.cpp bounds
// each kernel); six times PyTorch's own distance leaves room for other vector widths, none for a wrong term.
TEST_CASE("the face network on its fast paths trains as PyTorch's, with a few times its rounding") {
    test::check_policy<FaceNetwork, twin::separate, fp32>("face_network", reference::ValueFile("face_network"),
                                                          "separate", 6);
}
