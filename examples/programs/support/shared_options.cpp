#include "shared_options.hpp"

#include "program.hpp"

namespace support {

void require_precision(const Compute& compute) {
    if (compute.device == "cpu" && compute.precision != "fp32")
        throw CLI::ValidationError(
            "--precision " + compute.precision + " needs --device cuda; the CPU computes in fp32",
            CLI::ExitCodes::ValidationError);
}

void add_compute_options(CLI::App& app, Compute& compute) {
    static const OptionTable<Compute> table({{"", compute_options<Compute>()}});
    table.add_to(app, compute);
    app.parse_complete_callback([&compute] { require_precision(compute); });
}

void add_weights_option(CLI::App& app, std::string& weights) {
    app.add_option("--weights", weights, "Weights of the face network (safetensors)")->required();
}

}  // namespace support
