# Warns whoever takes ditto in, by find_package or add_subdirectory, and compiles it without optimization. A project
# that means it sets DITTO_ALLOW_UNOPTIMIZED.
get_property(ditto_many_configurations GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(NOT CMAKE_BUILD_TYPE AND NOT ditto_many_configurations AND NOT CMAKE_CXX_FLAGS MATCHES "-O[1-9sfg]"
   AND NOT DITTO_ALLOW_UNOPTIMIZED AND NOT ditto_FIND_QUIETLY)
    message(WARNING " ditto: CMAKE_BUILD_TYPE is empty, so nothing is optimized and programs are 40 times slower; "
                    "configure with -DCMAKE_BUILD_TYPE=Release")
endif()
