# What tests want in their environment; for scripts that run them, to be sourced.

# Tests run side by side, each with its own threads: waiting threads must not spin.
export OMP_WAIT_POLICY=passive
# OpenBLAS chooses its kernels by the processor's model, and for one that is newer than it those of 2004.
for feature in avx512vl=SKYLAKEX avx2=HASWELL; do
    if [[ -z "${OPENBLAS_CORETYPE:-}" ]] && grep -qsw "${feature%=*}" /proc/cpuinfo; then
        export OPENBLAS_CORETYPE="${feature#*=}"
    fi
done
