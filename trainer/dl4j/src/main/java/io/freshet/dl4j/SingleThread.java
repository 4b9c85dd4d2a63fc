package io.freshet.dl4j;

import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;

import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * Restricts ND4J and OpenBLAS to the calling thread, in the whole JVM. Freshet has its own threads, and the bits of a
 * sum that is split by the number of threads depend on that number.
 */
final class SingleThread {
    static {
        Nd4j.getEnvironment().setMaxThreads(1);
        Nd4j.getEnvironment().setMaxMasterThreads(1);
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
        blas_set_num_threads(1);
    }

    private SingleThread() {}

    /** Applies the restriction. Only the first call has an effect. */
    static void require() {}
}
