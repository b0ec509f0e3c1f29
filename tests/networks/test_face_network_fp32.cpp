// The 19-layer face network in fp32, trained as PyTorch trains it: both losses, twin policies and optimizers. With the
// direct convolutions, whose rounding is PyTorch's; test_face_network_fast.cpp trains with the faster ones.
#include <ditto/networks/face_network.hpp>

#include "against_pytorch.hpp"

using namespace ditto;

TEST_CASE("the face network trains as PyTorch's") {
    test::check_network<FaceNetworkWith<DirectAlgorithm>, fp32>("face_network");
}
