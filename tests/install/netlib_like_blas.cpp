// A library with BLAS's functions that is not OpenBLAS, as far as a linker can tell.
extern "C" void cblas_sgemm() {}
