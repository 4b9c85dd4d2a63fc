/** Checks of the deployment: the image of {@code docker/} and the manifests of {@code k8s/}, compared with the program. */
@NullMarked
package io.freshet.app.deploy;

import org.jspecify.annotations.NullMarked;
