// The safetensors format (https://github.com/huggingface/safetensors), both ways.
#pragma once

#include "ditto/io/safetensors_reader.hpp"  // IWYU pragma: export
#include "ditto/io/safetensors_writer.hpp"  // IWYU pragma: export
