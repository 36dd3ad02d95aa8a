/* SPDX-License-Identifier: Apache-2.0 */
#include "base/attr.h"
#include "lm/server/openapi/openapi.h"

/* The shapes of documents.  Fields that are not named may come, now and later. */

#define REF(name)      "{'$ref':'#/components/schemas/" name "'}"
#define LIST(of)       "{'type':'array','items':" of "}"
#define TEXT           "{'type':'string'}"
#define TEXT_OR_NULL   "{'type':'string','nullable':true}"
#define NUMBER         "{'type':'integer'}"
#define TRUTH          "{'type':'boolean'}"
#define MOMENT         "{'type':'string','format':'date-time'}"
#define ANY            "{}"
#define THING          "{'type':'object'}"
#define TEXTS_BY_NAME  "{'type':'object','additionalProperties':{'type':'string'}}"
#define OBJECT(fields) "{'type':'object','properties':{" fields "}}"
/* 'needs' is a list of names in '', as it is in JSON. */
#define OBJECT_OF(needs, fields) \
	"{'type':'object','required':[" needs "],'properties':{" fields "}}"

#define NAMED_ASSEMBLY "'assemblyName':" TEXT ",'assemblyId':" TEXT
#define STATE          "{'type':'string','enum':['Installed','Inactive','Active']}"
#define PROPERTY       OBJECT_OF("'name'", "'name':" TEXT ",'value':" TEXT_OR_NULL)
#define SUMMARY                                                                         \
	"'id':" TEXT ",'name':" TEXT ",'descriptorName':" TEXT ",'state':" TEXT_OR_NULL \
	",'createdAt':" MOMENT ",'lastModifiedAt':" MOMENT

/* clang-format off */
static const struct shape shapes[] = {
    {"Error", OBJECT_OF("'url','localizedMessage','details'",
	"'url':" TEXT_OR_NULL ",'localizedMessage':" TEXT ",'details':" THING)},
    {"Unexpected", OBJECT_OF("'timestamp','status','error','exception','message','path'",
	"'timestamp':" MOMENT ",'status':" NUMBER ",'error':" TEXT ",'exception':" TEXT ",'message':" TEXT
	",'path':" TEXT)},

    {"Token", OBJECT_OF("'token_type','expires_in'", "'access_token':" TEXT ",'token':" TEXT
	",'refresh_token':" TEXT ",'token_type':{'type':'string','enum':['bearer']},'expires_in':" NUMBER
	",'scope':" TEXT)},
    {"TokenRequest", OBJECT_OF("'grant_type'",
	"'grant_type':{'type':'string','enum':['client_credentials','password','refresh_token']},'username':" TEXT
	",'password':" TEXT ",'refresh_token':" TEXT ",'scope':" TEXT)},
    {"Login", OBJECT_OF("'username','password'", "'username':" TEXT ",'password':" TEXT)},
    {"Credentials", OBJECT_OF("'clientId'", "'clientId':" TEXT ",'clientSecret':" TEXT
	",'authorisedGrantTypes':" LIST(TEXT) ",'accessTokenValidity':" NUMBER ",'refreshTokenValidity':" NUMBER
	",'roles':" LIST(TEXT))},
    {"Caller", OBJECT("'username':" TEXT_OR_NULL ",'roles':" LIST(TEXT) ",'privileges':" LIST(TEXT))},

    {"AssemblyNamed", OBJECT(NAMED_ASSEMBLY)},
    {"CreateAssembly", OBJECT_OF("'assemblyName','descriptorName'", "'assemblyName':" TEXT
	",'descriptorName':" TEXT ",'intendedState':" STATE ",'properties':" THING)},
    {"UpgradeAssembly", OBJECT(NAMED_ASSEMBLY ",'descriptorName':" TEXT ",'intendedState':" STATE
	",'properties':" THING)},
    {"Intent", OBJECT(NAMED_ASSEMBLY ",'intendedState':" STATE ",'clusterName':" TEXT
	",'brokenComponentName':" TEXT ",'brokenComponentId':" TEXT ",'brokenComponentMetricKey':" TEXT
	",'processId':" TEXT)},
    {"Accepted", OBJECT_OF("'processId'", "'processId':" TEXT)},

    {"Process", OBJECT_OF("'id','assemblyId','assemblyName','assemblyType','intentType','status'",
	"'id':" TEXT ",'assemblyId':" TEXT ",'assemblyName':" TEXT ",'assemblyType':" TEXT ",'intentType':" TEXT
	",'lifecycleAction':" TEXT ",'intent':" THING
	",'status':{'type':'string','enum':['Planned','Pending','In Progress','Completed','Cancelled','Failed']}"
	",'statusReason':" TEXT ",'reason':" TEXT_OR_NULL ",'requestedBy':" TEXT_OR_NULL
	",'transactionId':" TEXT_OR_NULL ",'startTime':" MOMENT ",'endTime':" MOMENT
	",'assemblyProperties':" THING ",'context':" THING ",'previousInstance':" ANY ",'desiredInstance':" ANY
	",'executionPlan':" ANY)},

    {"Property", PROPERTY},
    {"Assembly", OBJECT_OF("'type','id','name','state','descriptorName','properties','children'",
	"'type':{'type':'string','enum':['Assembly']}," SUMMARY ",'properties':" LIST(REF("Property"))
	",'children':" LIST(REF("Member")) ",'relationships':" LIST(REF("Relationship"))
	",'references':" LIST(REF("Reference")))},
    {"Member", "{'oneOf':[" REF("Assembly") "," REF("Component") "],'discriminator':{'propertyName':'type'}}"},
    {"Component", OBJECT_OF("'type','id','name','state','descriptorName','properties'",
	"'type':{'type':'string','enum':['Component']}," SUMMARY ",'properties':" LIST(REF("Property"))
	",'metricKey':" TEXT ",'externalId':" TEXT_OR_NULL ",'deploymentLocation':" TEXT_OR_NULL
	",'resourceManager':" TEXT_OR_NULL ",'children':" LIST(REF("Member")))},
    {"Relationship", OBJECT_OF("'name','sourceId','targetId'",
	"'name':" TEXT ",'sourceId':" TEXT ",'targetId':" TEXT ",'properties':" LIST(REF("Property")))},
    {"Reference", OBJECT("'id':" TEXT_OR_NULL ",'name':" TEXT ",'type':" TEXT)},
    {"AssemblySummary", OBJECT_OF("'id','name','descriptorName','state'", SUMMARY ",'lastTransition':"
	OBJECT("'id':" TEXT ",'intentType':" TEXT ",'status':" TEXT ",'startDateTime':" MOMENT ",'endDateTime':" MOMENT))},
    {"AssembliesFound", OBJECT_OF("'assemblies','partial'",
	"'assemblies':" LIST(REF("AssemblySummary")) ",'partial':" TRUTH)},
    {"Assemblies", "{'description':'with a name the assemblies of that name, whole; with nameContains an object "
	"of at most 50; else those that changed last','anyOf':[" LIST(REF("Assembly")) "," REF("AssembliesFound")
	"," LIST(REF("AssemblySummary")) "]}"},

    {"DescriptorReference", OBJECT_OF("'name','links'", "'name':" TEXT ",'description':" TEXT_OR_NULL ",'links':"
	LIST(OBJECT_OF("'rel','href'", "'rel':" TEXT ",'href':" TEXT)))},
    {"DescriptorStored", OBJECT_OF("'descriptorName','validationWarnings'",
	"'descriptorName':" TEXT ",'validationWarnings':" LIST(ANY))},
    {"Package", OBJECT_OF("'file'", "'file':{'type':'string','format':'binary'}")},

    {"DeploymentLocation", OBJECT_OF("'name'", "'id':" TEXT ",'name':" TEXT ",'description':" TEXT_OR_NULL
	",'resourceManager':" TEXT_OR_NULL ",'infrastructureType':" TEXT_OR_NULL
	",'infrastructureSpecificProperties':" ANY)},
    {"ResourceManager", OBJECT_OF("'name'", "'name':" TEXT ",'type':" TEXT_OR_NULL ",'url':" TEXT_OR_NULL)},
    {"Onboarding", OBJECT_OF("'resourceManagerOperation'",
	"'resourceManagerOperation':{'type':'string','enum':['ADD','UPDATE']},'deploymentLocations':" THING
	",'resourceTypes':" THING)},
    {"ResourceDriver", OBJECT_OF("'type','baseUri'", "'id':" TEXT ",'type':" TEXT ",'baseUri':" TEXT)},
    {"ResourceDrivers", "{'description':'with a type the one of it, else all','anyOf':["
	LIST(REF("ResourceDriver")) "," REF("ResourceDriver") "]}"},
    {"InfrastructureKey", OBJECT_OF("'name'", "'name':" TEXT ",'description':" TEXT_OR_NULL ",'publicKey':" TEXT_OR_NULL
	",'privateKey':" TEXT_OR_NULL)},

    {"Webhook", OBJECT_OF("'name','url'", "'name':" TEXT ",'url':" TEXT ",'secret':" TEXT ",'types':" LIST(TEXT)
	",'giveUpAfterSeconds':" NUMBER ",'state':" TEXT ",'lastEventId':" TEXT ",'behind':" NUMBER ",'delivered':" NUMBER
	",'trouble':" TEXT_OR_NULL)},
    {"ObjectGroup", OBJECT_OF("'id','name'", "'id':" TEXT ",'name':" TEXT ",'description':" TEXT ",'isDefault':" TRUTH)},

    {"Sample", OBJECT_OF("'metricKey','metricName'", "'metricKey':" TEXT ",'metricName':" TEXT
	",'load':{'type':'number'},'integrity':" TEXT ",'timestamp':" ANY)},
    {"Samples", "{'anyOf':[" REF("Sample") "," LIST(REF("Sample")) "]}"},
    {"Tally", THING},
    {"Metrics", OBJECT_OF("'metrics'", "'metrics':" LIST(THING) ",'policies':" LIST(THING) ",'scrapes':" LIST(THING))},
    {"Policies", OBJECT_OF("'policies'", "'policies':"
	LIST(OBJECT_OF("'name','assembly'", "'name':" TEXT ",'assembly':" TEXT ",'component':" TEXT_OR_NULL
	",'state':" TEXT ",'window':" THING)))},
    {"Status", OBJECT_OF("'version','uptimeMs','listeners'", "'version':" TEXT ",'pid':" NUMBER ",'uptimeMs':" NUMBER
	",'listeners':" LIST(OBJECT("'address':" TEXT ",'serves':" TEXT)) ",'journal':" THING ",'samples':" THING
	",'steps':" THING)},
    {"Examination", OBJECT_OF("'healthy','findings'", "'healthy':" TRUTH ",'findings':" LIST(THING))},
    {"Health", OBJECT_OF("'status'", "'status':{'type':'string','enum':['UP','DOWN']}")},
};
/* clang-format on */

const struct shape *openapi_shapes(size_t *n)
{
	*n = LM_COUNT(shapes);
	return shapes;
}
