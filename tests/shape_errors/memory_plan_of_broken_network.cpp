// A broken network first used to compute the memory that its training takes.
#include <ditto/ditto.hpp>

using namespace ditto;

using Network = Sequential<Shape<8, 8, 3>, GlobalAveragePool2d, BatchNorm1d<4>>;
using Training = Trainer<Siamese<Network, ContrastiveLoss>, Adam, Cpu<fp32>>;
constexpr auto plan = memory_plan<Training>(batch_pairs{4});
