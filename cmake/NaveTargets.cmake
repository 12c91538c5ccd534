# How a folder becomes a target. Every folder lists its sources; nothing is globbed.

# Adds a folder of the tree.
function(nave_subdirectory dir)
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${dir}/CMakeLists.txt)
    add_subdirectory(${dir})
  endif()
endfunction()

# nave_library(nave_dns SRCS name.cc name.h DEPS nave_base absl::strings)
function(nave_library name)
  cmake_parse_arguments(A "" "" "SRCS;DEPS" ${ARGN})
  add_library(${name} STATIC ${A_SRCS})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_compile_options(${name} PRIVATE ${NAVE_WARNINGS})
  target_link_libraries(${name} PUBLIC ${A_DEPS})
endfunction()

# With the thread sanitizer, a program of ours tells it of Abseil's mutexes: see tests/testing/tsan_mutex.cc.
function(nave_know_mutexes name)
  if(NOT NAVE_SANITIZE MATCHES "thread")
    return()
  endif()
  target_sources(${name} PRIVATE $<TARGET_OBJECTS:nave_tsan_mutex>)
  target_link_libraries(${name} PRIVATE absl::synchronization ${CMAKE_DL_LIBS})
endfunction()

# nave_binary(naved SRCS main.cc DEPS nave_server): an executable in build/bin.
function(nave_binary name)
  cmake_parse_arguments(A "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${A_SRCS})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_compile_options(${name} PRIVATE ${NAVE_WARNINGS})
  target_link_libraries(${name} PRIVATE ${A_DEPS})
  nave_know_mutexes(${name})
endfunction()

# nave_test(dns_test SRCS name_test.cc DEPS nave_dns [LABELS unit] [TIMEOUT seconds]): one GoogleTest program per
# folder, run as one ctest entry with a bounded time.
function(nave_test name)
  cmake_parse_arguments(A "" "TIMEOUT" "SRCS;DEPS;LABELS;ARGS" ${ARGN})
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 120)
  endif()
  add_executable(${name} ${A_SRCS})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_compile_options(${name} PRIVATE ${NAVE_WARNINGS})
  target_link_libraries(${name} PRIVATE ${A_DEPS} GTest::gmock GTest::gtest_main)
  nave_know_mutexes(${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name} ${A_ARGS} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${A_TIMEOUT} LABELS "${A_LABELS}")
  if(NAVE_SANITIZE MATCHES "thread")
    set_tests_properties(${name} PROPERTIES ENVIRONMENT
                         "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/tsan.supp" TIMEOUT 600)
  endif()
endfunction()

# nave_proto_library(nave_proto_api PROTOS api/v1/annotations.proto ... [GRPC dns/v1/zone_service.proto ...] DEPS ...)
# Paths are relative to proto/nave. Files under GRPC get service stubs too.
function(nave_proto_library name)
  cmake_parse_arguments(A "" "" "PROTOS;GRPC;DEPS" ${ARGN})
  set(out ${CMAKE_BINARY_DIR}/gen)
  file(MAKE_DIRECTORY ${out})
  set(sources)
  foreach(proto IN LISTS A_PROTOS A_GRPC)
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    set(generated ${out}/nave/${stem}.pb.cc ${out}/nave/${stem}.pb.h)
    set(flags --cpp_out=${out})
    if(proto IN_LIST A_GRPC)
      list(APPEND generated ${out}/nave/${stem}.grpc.pb.cc ${out}/nave/${stem}.grpc.pb.h)
      list(APPEND flags --grpc_out=${out} --plugin=protoc-gen-grpc=${NAVE_GRPC_PLUGIN})
    endif()
    add_custom_command(
      OUTPUT ${generated}
      COMMAND ${NAVE_PROTOC} -I ${CMAKE_SOURCE_DIR}/proto ${flags} ${CMAKE_SOURCE_DIR}/proto/nave/${proto}
      DEPENDS ${CMAKE_SOURCE_DIR}/proto/nave/${proto}
      VERBATIM)
    list(APPEND sources ${generated})
  endforeach()
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} SYSTEM PUBLIC ${out})
  target_link_libraries(${name} PUBLIC protobuf::libprotobuf ${A_DEPS})
  if(A_GRPC)
    target_link_libraries(${name} PUBLIC PkgConfig::GRPCPP)
  endif()
endfunction()
