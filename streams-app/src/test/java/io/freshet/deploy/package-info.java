/** Checks of what is deployed: the image of {@code docker/} and the manifests of {@code k8s/}, held against the program. */
@NullMarked
package io.freshet.deploy;

import org.jspecify.annotations.NullMarked;
