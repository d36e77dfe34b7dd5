#include "lanes.h"
#include "gemm.h"
#include "winograd.h"
#include "upconvolution.h"
#include "upsampling.h"
#include "sliding.h"
#include "filtered.h"
#include "correlation.h"
#include "winograd_gradient.h"

const struct versions NAME(atelier_versions) = {
    CPU,
    ROWS,
    PANEL,
    NAME(direct_pack),
    NAME(direct_multiply),
    NAME(few_outputs),
    NAME(slide),
    NAME(haar_rows),
    NAME(upsample2),
    NAME(filtered),
    NAME(filtered_room),
    NAME(winograd_input),
    NAME(winograd_multiply),
    NAME(winograd_output),
    NAME(up_input),
    NAME(up_multiply),
    NAME(up_edge_pack),
    NAME(up_edge_multiply),
    NAME(up_finish),
    NAME(up_seam),
    NAME(up_line),
    NAME(up_edge_size),
    NAME(correlate3),
    NAME(gradient_input),
    NAME(gradient_output),
    NAME(gradient_multiply),
    NAME(gradient_finish),
    NAME(gradient_room),
};
