# The CUDA backend, for ditto's own build and for the installed package.
#   DITTO_CUDA   AUTO (the backend is on where nvcc and the CUDA Toolkit are found), ON (they must be) or OFF
#   DITTO_CUDNN  ON (convolutions by cuDNN where it is found) or OFF (by unfolding)
#   DITTO_CUDNN_PYTHON   a Python that may have cuDNN as PyPI's package nvidia-cudnn-cu12 or -cu13, as PyTorch brings it
# Says in one line what was found, unless find_package was to be quiet. Where the backend is on there are
#   ditto::cuda                      what a program with Cuda<...> in it links, instead of ditto::ditto
#   ditto_compile_as_cuda(<file>...) makes the compiler of these files nvcc, whatever their names; unless
#                                    CMAKE_CUDA_ARCHITECTURES is set, for every architecture from 80 on that nvcc and
#                                    ditto know
include(FindPackageMessage)
set(DITTO_CUDA AUTO CACHE STRING "The CUDA backend: AUTO (where nvcc is found), ON or OFF")
set_property(CACHE DITTO_CUDA PROPERTY STRINGS AUTO ON OFF)
option(DITTO_CUDNN "Convolutions on a GPU by cuDNN, where it is found" ON)
set(ditto_cuda_off "")  # why the backend is off

if(DITTO_CUDA STREQUAL "AUTO" OR DITTO_CUDA)
    find_program(DITTO_NVCC nvcc HINTS ENV CUDACXX PATHS /usr/local/cuda/bin)
    find_library(DITTO_CUDNN_LIBRARY cudnn PATHS /usr/local/cuda/lib64)
    find_path(DITTO_CUDNN_INCLUDE_DIR cudnn_graph.h PATHS /usr/local/cuda/include)
    find_program(DITTO_CUDNN_PYTHON NAMES python3 python)
    mark_as_advanced(DITTO_NVCC DITTO_CUDNN_LIBRARY DITTO_CUDNN_INCLUDE_DIR DITTO_CUDNN_PYTHON)
    if(DITTO_CUDNN AND DITTO_CUDNN_PYTHON AND NOT (DITTO_CUDNN_LIBRARY AND DITTO_CUDNN_INCLUDE_DIR))
        execute_process(COMMAND "${DITTO_CUDNN_PYTHON}" -c "import nvidia.cudnn; print(nvidia.cudnn.__path__[0], end='')"
                        OUTPUT_VARIABLE ditto_cudnn_package ERROR_QUIET)
        if(ditto_cudnn_package)  # its library has no other name
            find_library(DITTO_CUDNN_LIBRARY libcudnn.so.9 PATHS "${ditto_cudnn_package}/lib" NO_DEFAULT_PATH)
            find_path(DITTO_CUDNN_INCLUDE_DIR cudnn_graph.h PATHS "${ditto_cudnn_package}/include" NO_DEFAULT_PATH)
        endif()
    endif()
    find_package(CUDAToolkit QUIET)
    if(NOT DITTO_NVCC)
        set(ditto_cuda_off "no nvcc found; install the CUDA Toolkit or put its nvcc in PATH")
    elseif(NOT CUDAToolkit_FOUND OR NOT TARGET CUDA::cublasLt)
        set(ditto_cuda_off "no CUDA Toolkit with cuBLASLt found beside ${DITTO_NVCC}")
    elseif(CUDAToolkit_VERSION VERSION_LESS 12.0)
        set(ditto_cuda_off "CUDA ${CUDAToolkit_VERSION} compiles no C++20; install 12.0 or newer")
    elseif(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        set(ditto_cuda_off "nvcc's host compiler is g++, and this build's is not")
    endif()
else()
    set(ditto_cuda_off "DITTO_CUDA is ${DITTO_CUDA}")
endif()

if(ditto_cuda_off)
    if(DITTO_CUDA AND NOT DITTO_CUDA STREQUAL "AUTO")
        message(FATAL_ERROR " ditto: DITTO_CUDA is ${DITTO_CUDA}, but there is ${ditto_cuda_off}")
    endif()
    find_package_message(ditto "ditto: CUDA off: ${ditto_cuda_off}" "${ditto_cuda_off}")
    set(ditto_cuda_off "${ditto_cuda_off}" CACHE INTERNAL "Why the CUDA backend is off")  # for the macro's callers
    macro(ditto_compile_as_cuda)
        message(FATAL_ERROR " ditto: ${ARGV} cannot be compiled as CUDA: ${ditto_cuda_off}")
    endmacro()
    return()
endif()

execute_process(COMMAND "${DITTO_NVCC}" --list-gpu-arch OUTPUT_VARIABLE ditto_known)
set(ditto_architectures "")
foreach(architecture 80 86 89 90 100 120)
    if(ditto_known MATCHES "compute_${architecture}\n")
        list(APPEND ditto_architectures ${architecture})
    endif()
endforeach()
set(ditto_cuda_architectures ${ditto_architectures} CACHE INTERNAL "What ditto_compile_as_cuda() compiles for")

set(ditto_cudnn "no cuDNN: convolutions by unfolding")
set(ditto_cuda_libraries CUDA::cudart CUDA::cublasLt)
if(NOT DITTO_CUDNN)
    set(ditto_cudnn "DITTO_CUDNN is OFF: convolutions by unfolding")
elseif(DITTO_CUDNN_LIBRARY AND DITTO_CUDNN_INCLUDE_DIR)
    file(STRINGS "${DITTO_CUDNN_INCLUDE_DIR}/cudnn_version.h" ditto_cudnn_numbers
         REGEX "define CUDNN_(MAJOR|MINOR|PATCHLEVEL) +[0-9]+")
    list(TRANSFORM ditto_cudnn_numbers REPLACE "^.* " "")
    list(JOIN ditto_cudnn_numbers "." ditto_cudnn_version)
    if(ditto_cudnn_version VERSION_GREATER_EQUAL 9.0)
        set(ditto_cudnn "cuDNN ${ditto_cudnn_version}")
        list(APPEND ditto_cuda_libraries "${DITTO_CUDNN_LIBRARY}")
    else()
        string(PREPEND ditto_cudnn "cuDNN ${ditto_cudnn_version} is older than 9.0, so ")
    endif()
endif()

# (-std, because CMake before 3.26 knows no C++20 of nvcc.)
if(NOT TARGET ditto::cuda)
    add_library(ditto::cuda INTERFACE IMPORTED GLOBAL)
    set_target_properties(ditto::cuda PROPERTIES
        INTERFACE_LINK_LIBRARIES "ditto::ditto;${ditto_cuda_libraries}"
        INTERFACE_COMPILE_OPTIONS
            "$<$<COMPILE_LANGUAGE:CUDA>:-std=c++20;--expt-relaxed-constexpr;-Xcompiler=${OpenMP_CXX_FLAGS}>")
    if(ditto_cudnn MATCHES "^cuDNN [0-9.]+$")
        set_target_properties(ditto::cuda PROPERTIES
            INTERFACE_COMPILE_DEFINITIONS DITTO_CUDNN=1
            INTERFACE_INCLUDE_DIRECTORIES "${DITTO_CUDNN_INCLUDE_DIR}")
    endif()
endif()

# A macro, because a language is enabled for the directory that calls. CMake finds the compiler through CMAKE_CUDA_COMPILER.
macro(ditto_compile_as_cuda)
    if(NOT CMAKE_CUDA_COMPILER)
        set(CMAKE_CUDA_COMPILER "${DITTO_NVCC}")
    endif()
    if(NOT CMAKE_CUDA_HOST_COMPILER)
        set(CMAKE_CUDA_HOST_COMPILER "${CMAKE_CXX_COMPILER}")
    endif()
    if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
        set(CMAKE_CUDA_ARCHITECTURES ${ditto_cuda_architectures})
    endif()
    enable_language(CUDA)
    # Targets that were there before the language have no architectures yet.
    get_property(ditto_targets DIRECTORY PROPERTY BUILDSYSTEM_TARGETS)
    foreach(ditto_target IN LISTS ditto_targets)
        get_property(ditto_has_architectures TARGET ${ditto_target} PROPERTY CUDA_ARCHITECTURES SET)
        if(NOT ditto_has_architectures)
            set_property(TARGET ${ditto_target} PROPERTY CUDA_ARCHITECTURES ${CMAKE_CUDA_ARCHITECTURES})
        endif()
    endforeach()
    set_source_files_properties(${ARGV} PROPERTIES LANGUAGE CUDA)
endmacro()

if(DEFINED CMAKE_CUDA_ARCHITECTURES)
    set(ditto_architectures ${CMAKE_CUDA_ARCHITECTURES})
endif()
list(JOIN ditto_architectures " " ditto_architectures)
string(CONCAT ditto_cuda_line "ditto: CUDA on: Toolkit ${CUDAToolkit_VERSION} with cuBLASLt, ${ditto_cudnn}, "
                              "architectures ${ditto_architectures}")
find_package_message(ditto "${ditto_cuda_line}" "${ditto_cuda_line}")
