// plan_face_network FILE: does docs/plan_face_network.svg show the plan as it is now? plan_face_network --write FILE
// makes it anew. Compiled for no special processor: scratch may depend on the instruction set.
#include <cstdio>
#include <ditto/ditto.hpp>
#include <ditto/networks/face_network.hpp>
#include <ditto/trainer/plan_chart.hpp>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

int main(int argc, char** argv) {
    using namespace ditto;
    const bool write = argc == 3 && std::string_view(argv[1]) == "--write";
    if (argc != 2 && !write) return 2;
    if (tensor_gap > 0) {
        std::puts("skipped: this build leaves gaps between tensors, for the sanitizer");
        return 77;
    }
    using Training = Trainer<Siamese<FaceNetwork, ContrastiveLoss>, SGD, Cpu<fp32>>;
    const std::string chart = plan_chart<Training>(batch_pairs{32});
    if (write) return (std::ofstream(argv[2], std::ios::binary) << chart).flush() ? 0 : 1;
    std::ifstream file(argv[1], std::ios::binary);
    if (std::string(std::istreambuf_iterator(file), {}) == chart) return 0;
    std::printf("error: %s does not show the plan as it is now; make it anew: %s --write %s\n", argv[1], argv[0],
                argv[1]);
    return 1;
}
