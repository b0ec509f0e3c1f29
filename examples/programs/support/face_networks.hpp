// The networks that programs choose from by name. All take 128x128 RGB faces and give 1024 features.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include <ditto/core/error.hpp>
#include <ditto/model/fingerprint.hpp>
#include <ditto/networks/compact_face_network.hpp>
#include <ditto/networks/face_network.hpp>

namespace support {

inline constexpr std::string_view face_network_name = "face", compact_face_network_name = "compact";
inline constexpr std::array<std::string_view, 2> face_network_names{face_network_name, compact_face_network_name};

/// use.template operator()<Network>() with the network of that name, which must be one of face_network_names; `use`
/// returns the same type for every network.
template <class Use>
auto with_face_network(std::string_view name, const Use& use) {
    if (name == compact_face_network_name) return use.template operator()<ditto::CompactFaceNetwork>();
    return use.template operator()<ditto::FaceNetwork>();
}

/// The name of the network that has this fingerprint. Throws ditto::Error where none has; its message begins with
/// `where`.
inline std::string_view face_network_of(std::string_view fingerprint_of_network, const std::string& where) {
    for (const std::string_view name : face_network_names)
        if (with_face_network(name,
                              [&]<class Network>() { return ditto::fingerprint<Network>() == fingerprint_of_network; }))
            return name;
    throw ditto::Error(where + " is of another network (its fingerprint is " + std::string(fingerprint_of_network) +
                       "); use weights of the face network or the compact one, or the program that wrote it");
}

}  // namespace support
