// The part of the CUDA runtime that ditto's CUDA backend uses, on the processor: kernels run as ordinary functions, so
// that they and the passes made of them are tested where there is no GPU. A test program puts this folder first on its
// include path and defines DITTO_CUDA_EMULATION; none of CUDA's own headers may be included then. Names, values and
// signatures are those of CUDA 13.0.
//
// Differences that a test must know: work outside a capture is done at once (a missing synchronisation is not seen),
// device memory is host memory (a host that reads it is not seen either; the copies' kinds are checked), and blocks run
// one after another, threads of a block in the order of their index between barriers.
#pragma once

// ditto's headers ask for it before they include this one: the compiler's command line must define it.
#ifndef DITTO_CUDA_EMULATION
#define DITTO_CUDA_EMULATION 1
#endif

#include <math.h>  // CUDA's headers put expf, fmaxf and their like in the global namespace

#include "parts/capture.hpp"
#include "parts/device.hpp"
#include "parts/errors.hpp"
#include "parts/events.hpp"
#include "parts/execute.hpp"
#include "parts/fiber.hpp"
#include "parts/graphs.hpp"
#include "parts/keywords.hpp"
#include "parts/launch.hpp"
#include "parts/memory.hpp"
#include "parts/observer.hpp"
#include "parts/state.hpp"
#include "parts/streams.hpp"
#include "parts/types.hpp"
