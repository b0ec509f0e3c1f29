// The 19-layer face network in fp64, trained as PyTorch trains it: both losses, twin policies and optimizers.
#include <ditto/networks/face_network.hpp>

#include "against_pytorch.hpp"

using namespace ditto;

TEST_CASE("the face network trains as PyTorch's") {
    test::check_network<FaceNetwork, fp64>("face_network");
}
