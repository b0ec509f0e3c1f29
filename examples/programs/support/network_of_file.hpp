// Which of the programs' networks a file's weights are of.
#pragma once

#include <ditto/io/safetensors.hpp>
#include <optional>
#include <string>

namespace support {

/// By the fingerprint that the file stores or, without one, as in files of PyTorch's, by the shapes of its tensors,
/// with a note on stderr. Throws Error for the fingerprint of another network. A file whose tensors fit none is taken
/// for the face network's: loading it says what does not fit.
std::string face_network_of_file(const ditto::SafetensorsReader& file, const std::optional<std::string>& fingerprint);

}  // namespace support
