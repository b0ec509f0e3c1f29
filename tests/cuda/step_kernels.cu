// All kernels of a training of the face network in bf16, for kernel_loops.py to look at. Never run.
#include "ditto/cuda.cuh"
#include "ditto/ditto.hpp"
#include "ditto/networks/face_network.hpp"
#include "ditto/optim/adam.hpp"
#include "ditto/trainer/cuda_trainer.cuh"

template class ditto::CudaTrainer<ditto::Siamese<ditto::FaceNetwork, ditto::ContrastiveLoss>, ditto::Adam,
                                  ditto::Cuda<ditto::bf16>>;
