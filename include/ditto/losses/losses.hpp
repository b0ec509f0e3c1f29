// All losses: their descriptions.
#pragma once

#include "ditto/losses/concat_bce/concat_bce.hpp"
#include "ditto/losses/contrastive/contrastive.hpp"
