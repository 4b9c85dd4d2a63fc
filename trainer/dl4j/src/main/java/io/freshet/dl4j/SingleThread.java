package io.freshet.dl4j;

import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;

import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * ND4J and OpenBLAS on the calling thread alone, in the whole JVM: Freshet has threads of its own, and a sum whose parts follow the
 * number of threads has other bits.
 */
final class SingleThread {
    static {
        Nd4j.getEnvironment().setMaxThreads(1);
        Nd4j.getEnvironment().setMaxMasterThreads(1);
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
        blas_set_num_threads(1);
    }

    private SingleThread() {}

    /** Has an effect on the first call only. */
    static void require() {}
}
