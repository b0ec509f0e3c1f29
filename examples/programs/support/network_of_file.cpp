#include "network_of_file.hpp"

#include <algorithm>
#include <ditto/losses/losses.hpp>
#include <ditto/model/weights_file.hpp>
#include <ditto/network/siamese.hpp>
#include <string_view>

#include "face_networks.hpp"
#include "note.hpp"

namespace support {

namespace {

template <class Network>
bool has_parameters_of(const ditto::SafetensorsReader& file) {
    return std::ranges::all_of(Network::parameters, [&](const auto& tensor) {
        const ditto::TensorEntry* entry =
            file.find(ditto::Siamese<Network, ditto::ContrastiveLoss>::tensor_name(tensor));
        return entry != nullptr && entry->shape == ditto::detail::file_shape(tensor.info);
    });
}

}  // namespace

std::string face_network_of_file(const ditto::SafetensorsReader& file, const std::optional<std::string>& fingerprint) {
    if (fingerprint) return std::string(face_network_of(*fingerprint, file.path().string()));
    for (const std::string_view name : face_network_names)
        if (with_face_network(name, [&]<class Network>() { return has_parameters_of<Network>(file); })) {
            note(file.path().string() + " does not say its network; taken for the " + std::string(name) +
                 " one by its tensors");
            return std::string(name);
        }
    return std::string(face_network_name);
}

}  // namespace support
