package secrets.minting;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Configuration;

/** The settings of what is signed here. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(WorkloadTokenSettings.class)
class MintingConfiguration {}
