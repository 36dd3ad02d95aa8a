/* SPDX-License-Identifier: Apache-2.0 */
#include "base/attr.h"
#include "lm/server/openapi/openapi.h"

/* The shapes of documents.  Who reads them takes no offence at members that later ones add. */

#define REF(name)      "{'$ref':'#/components/schemas/" name "'}"
#define LIST(of)       "{'type':'array','items':" of "}"
#define TEXT           "{'type':'string'}"
#define TEXT_OR_NULL   "{'type':'string','nullable':true}"
#define NUMBER         "{'type':'integer'}"
#define FIGURE         "{'type':'number'}"
#define FIGURE_OR_NULL "{'type':'number','nullable':true}"
#define TRUTH          "{'type':'boolean'}"
#define MOMENT         "{'type':'string','format':'date-time'}"
#define MOMENT_OR_NULL "{'type':'string','format':'date-time','nullable':true}"
#define ANY            "{}"
#define THING          "{'type':'object'}"
#define TEXTS_BY_NAME  "{'type':'object','additionalProperties':{'type':'string','nullable':true}}"
/* Of texts; a number or a truth is one, too, and null takes it away. */
#define VALUES_BY_NAME THING
#define BY_NAME(of)    "{'type':'object','additionalProperties':" of "}"
#define ONE_OF(words)  "{'type':'string','enum':[" words "]}"
/* null is a word of its own, where there are only a few. */
#define ONE_OF_OR_NULL(words) "{'type':'string','nullable':true,'enum':[" words ",null]}"
#define OBJECT(fields)        "{'type':'object','properties':{" fields "}}"
/* 'needs' is a list of names in '', as it is in JSON. */
#define OBJECT_OF(needs, fields) \
	"{'type':'object','required':[" needs "],'properties':{" fields "}}"

#define NAMED_ASSEMBLY "'assemblyName':" TEXT ",'assemblyId':" TEXT
#define STATE          ONE_OF("'Installed','Inactive','Active'")
#define QUEUE          ",'queue':" TRUTH
#define ADOPTED                                              \
	",'clusters':" THING ",'resources':" BY_NAME(OBJECT( \
	    "'id':" TEXT_OR_NULL ",'outputs':" VALUES_BY_NAME ",'associatedTopology':" THING))
#define PROPERTY OBJECT_OF("'name'", "'name':" TEXT ",'value':" TEXT_OR_NULL)
#define SUMMARY                                                                         \
	"'id':" TEXT ",'name':" TEXT ",'descriptorName':" TEXT ",'state':" TEXT_OR_NULL \
	",'createdAt':" MOMENT_OR_NULL ",'lastModifiedAt':" MOMENT_OR_NULL
#define PLACE                                                                     \
	"'file':" TEXT ",'line':" NUMBER ",'column':" NUMBER ",'endLine':" NUMBER \
	",'endColumn':" NUMBER ",'offset':" NUMBER ",'endOffset':" NUMBER
#define DIRECTION                                                                     \
	OBJECT_OF("'threshold','samples','smoothing','cooldown'",                     \
	    "'threshold':" FIGURE_OR_NULL ",'samples':" NUMBER ",'smoothing':" NUMBER \
	    ",'cooldown':" FIGURE)
#define DECISION OBJECT("'at':" MOMENT ",'action':" TEXT ",'size':" NUMBER ",'reason':" TEXT)

/* clang-format off */
static const struct shape shapes[] = {
    {"Error", OBJECT_OF("'url','localizedMessage','details'",
	"'url':" TEXT_OR_NULL ",'localizedMessage':" TEXT ",'details':" THING
	",'error':{'type':'string','description':'where tokens are asked for, as RFC 6749 has it'}"
	",'error_description':" TEXT)},
    {"Unexpected", OBJECT_OF("'timestamp','status','error','exception','message','path'",
	"'timestamp':" MOMENT ",'status':" NUMBER ",'error':" TEXT ",'exception':" TEXT ",'message':" TEXT
	",'path':" TEXT)},
    {"NoneYet", "{'type':'array','items':{},'maxItems':0}"},

    /* who asks */
    {"Token", OBJECT_OF("'token_type','expires_in'", "'access_token':" TEXT ",'token':" TEXT
	",'refresh_token':" TEXT ",'token_type':" ONE_OF("'bearer'") ",'expires_in':" NUMBER ",'scope':" TEXT)},
    {"TokenRequest", OBJECT_OF("'grant_type'",
	"'grant_type':" ONE_OF("'client_credentials','password','refresh_token'") ",'username':" TEXT
	",'password':" TEXT ",'refresh_token':" TEXT ",'scope':" TEXT)},
    {"Login", OBJECT_OF("'username','password'", "'username':" TEXT ",'password':" TEXT)},
    {"Credentials", OBJECT_OF("'clientId'", "'clientId':" TEXT ",'clientSecret':" TEXT
	",'authorisedGrantTypes':" LIST(TEXT) ",'accessTokenValidity':" NUMBER ",'refreshTokenValidity':" NUMBER
	",'roles':" LIST(TEXT))},
    {"Caller", OBJECT_OF("'username','roles','privileges','insecure'", "'username':" TEXT_OR_NULL ",'roles':" LIST(TEXT)
	",'privileges':" LIST(TEXT) ",'insecure':" TRUTH)},

    /* what is wanted */
    {"AssemblyNamed", OBJECT(NAMED_ASSEMBLY QUEUE)},
    {"CreateAssembly", OBJECT_OF("'assemblyName','descriptorName','intendedState'", "'assemblyName':" TEXT
	",'descriptorName':" TEXT ",'intendedState':" STATE ",'properties':" VALUES_BY_NAME QUEUE)},
    {"AdoptAssembly", OBJECT_OF("'assemblyName','descriptorName','intendedState'", "'assemblyName':" TEXT
	",'descriptorName':" TEXT ",'intendedState':" STATE ",'properties':" VALUES_BY_NAME ADOPTED QUEUE)},
    {"UpgradeAssembly", OBJECT(NAMED_ASSEMBLY ",'descriptorName':" TEXT ",'intendedState':" STATE
	",'properties':" VALUES_BY_NAME QUEUE)},
    {"Intent", OBJECT(NAMED_ASSEMBLY ",'intendedState':" STATE ",'clusterName':" TEXT ",'quantity':" NUMBER
	",'brokenComponentName':" TEXT ",'brokenComponentId':" TEXT ",'brokenComponentMetricKey':" TEXT
	",'processId':" TEXT QUEUE)},
    {"AnyIntent", "{'description':'the body of the intent of this name','anyOf':[" REF("CreateAssembly") ","
	REF("AdoptAssembly") "," REF("UpgradeAssembly") "," REF("Intent") "]}"},
    {"Accepted", OBJECT_OF("'processId'", "'processId':" TEXT ",'warnings':" LIST(TEXT))},
    {"Plan", OBJECT_OF("'steps','warnings'", "'steps':" LIST(REF("PlanStep")) ",'warnings':" LIST(TEXT))},
    {"PlanStep", OBJECT_OF("'step','action','subject','why','silent','after'", "'step':" NUMBER ",'action':" TEXT
	",'subject':" TEXT ",'why':" TEXT_OR_NULL ",'silent':" TRUTH ",'after':"
	LIST(OBJECT_OF("'because'", "'step':" NUMBER ",'because':" TEXT_OR_NULL)))},

    /* processes */
    {"Process", OBJECT_OF("'id','assemblyId','assemblyName','assemblyType','intentType','status'",
	"'id':" TEXT ",'assemblyId':" TEXT ",'assemblyName':" TEXT ",'assemblyType':" TEXT_OR_NULL ",'intentType':" TEXT
	",'lifecycleAction':" TEXT ",'intent':" THING
	",'status':" ONE_OF("'Planned','Pending','In Progress','Completed','Cancelled','Failed'")
	",'statusReason':" TEXT ",'reason':" TEXT_OR_NULL ",'requestedBy':" TEXT_OR_NULL
	",'transactionId':" TEXT_OR_NULL ",'startTime':" MOMENT_OR_NULL ",'endTime':" MOMENT_OR_NULL ",'nextAttemptAt':" MOMENT ",'attempt':" NUMBER
	",'progress':" OBJECT_OF("'steps','done','running','failed','percent'", "'steps':" NUMBER ",'done':" NUMBER
	",'running':" NUMBER ",'failed':" NUMBER ",'percent':" NUMBER)
	",'assemblyProperties':" TEXTS_BY_NAME ",'context':" THING ",'previousInstance':" REF("InstanceWanted")
	",'desiredInstance':" REF("InstanceWanted") ",'executionPlan':" LIST(REF("ProcessStep")))},
    {"InstanceWanted", "{'type':'object','nullable':true,'required':['id','name','descriptorName'],'properties':{"
	"'type':" ONE_OF("'Assembly'") ",'id':" TEXT ",'name':" TEXT ",'descriptorName':" TEXT ",'intendedState':" TEXT_OR_NULL
	",'properties':" LIST(REF("Property")) ",'clusters':" LIST(OBJECT_OF("'name','quantity','members'",
	"'name':" TEXT ",'quantity':" NUMBER ",'members':" LIST(NUMBER) ",'spares':" LIST(NUMBER))) "}}"},
    {"ProcessStep", OBJECT_OF("'id','subject','action','state','attempt','startedAt','endedAt'",
	"'id':" TEXT_OR_NULL ",'subject':" TEXT ",'resource':" TEXT_OR_NULL ",'action':" TEXT
	",'state':" ONE_OF("'Pending','In Progress','Completed','Failed','Cancelled'") ",'silent':" TRUTH
	",'attempt':" NUMBER ",'startedAt':" MOMENT_OR_NULL ",'endedAt':" MOMENT_OR_NULL ",'because':" TEXT_OR_NULL
	",'failure':" TEXT_OR_NULL ",'message':" TEXT_OR_NULL ",'transactionId':" TEXT ",'requestedBy':" TEXT ",'log':" TEXT_OR_NULL
	",'logBytes':" NUMBER)},
    {"LogEntry", OBJECT_OF("'id','process','subject','action','state','log'", "'id':" TEXT ",'process':" TEXT
	",'subject':" TEXT ",'action':" TEXT ",'state':" TEXT ",'attempt':" NUMBER ",'startedAt':" MOMENT
	",'endedAt':" MOMENT_OR_NULL ",'message':" TEXT_OR_NULL ",'log':" TEXT_OR_NULL)},

    /* what there is */
    {"Property", PROPERTY},
    {"Assembly", OBJECT_OF("'type','id','name','state','descriptorName','properties','children'",
	"'type':" ONE_OF("'Assembly'") "," SUMMARY ",'intendedState':" TEXT_OR_NULL ",'cluster':" TEXT ",'spare':" TRUTH
	",'standsBy':" TRUTH ",'properties':" LIST(REF("Property")) ",'children':" LIST(REF("Member"))
	",'relationships':" LIST(REF("Relationship")) ",'references':" LIST(REF("Reference")))},
    {"Member", "{'oneOf':[" REF("Assembly") "," REF("Component") "],'discriminator':{'propertyName':'type'}}"},
    {"Component", OBJECT_OF("'type','id','name','state','descriptorName','properties'",
	"'type':" ONE_OF("'Component'") "," SUMMARY ",'cluster':" TEXT ",'spare':" TRUTH ",'standsBy':" TRUTH
	",'leaving':" TRUTH ",'properties':" LIST(REF("Property")) ",'metricKey':" TEXT_OR_NULL
	",'deploymentLocation':" TEXT_OR_NULL ",'resourceManager':" TEXT_OR_NULL ",'children':" LIST(REF("Member")))},
    {"Relationship", OBJECT_OF("'name','sourceId','targetId'", "'name':" TEXT ",'sourceId':" TEXT_OR_NULL
	",'targetId':" TEXT_OR_NULL ",'leaving':" TRUTH ",'properties':" LIST(REF("Property")))},
    {"Reference", OBJECT_OF("'id','name','type'", "'id':" TEXT_OR_NULL ",'name':" TEXT_OR_NULL ",'component':" TEXT_OR_NULL
	",'type':" TEXT)},
    {"AssemblySummary", OBJECT_OF("'id','name','descriptorName','state'", SUMMARY ",'lastTransition':"
	OBJECT("'id':" TEXT ",'intentType':" TEXT ",'status':" TEXT ",'startDateTime':" MOMENT_OR_NULL
	",'endDateTime':" MOMENT_OR_NULL))},
    {"AssembliesFound", OBJECT_OF("'assemblies','partial'",
	"'assemblies':" LIST(REF("AssemblySummary")) ",'partial':" TRUTH)},
    {"Assemblies", "{'description':'with a name the assemblies of that name, whole; with nameContains an object "
	"of at most 50; else those that changed last','anyOf':[" LIST(REF("Assembly")) "," REF("AssembliesFound")
	"," LIST(REF("AssemblySummary")) "]}"},
    {"ObjectGroup", OBJECT_OF("'id','name'", "'id':" TEXT ",'name':" TEXT ",'description':" TEXT ",'isDefault':" TRUTH)},
    {"PermissionType", OBJECT_OF("'name'", "'name':" TEXT ",'description':" TEXT)},

    /* descriptors and packages */
    {"Diagnostic", OBJECT_OF("'severity','code','message'", PLACE ",'severity':" ONE_OF("'error','warning'")
	",'strict':" TRUTH ",'code':" TEXT ",'title':" TEXT ",'message':" TEXT ",'help':" TEXT
	",'suggestion':" OBJECT("'text':" TEXT "," PLACE) ",'notes':" LIST(OBJECT(PLACE ",'message':" TEXT))
	",'explain':" TEXT)},
    {"Descriptor", "{'type':'object','description':'its words: lm help descriptor','required':['name'],'properties':"
	"{'name':" TEXT ",'description':" TEXT "},'additionalProperties':true}"},
    {"DescriptorReference", OBJECT_OF("'name','links'", "'name':" TEXT ",'description':" TEXT_OR_NULL ",'links':"
	LIST(OBJECT_OF("'rel','href'", "'rel':" TEXT ",'href':" TEXT)))},
    {"DescriptorStored", OBJECT_OF("'descriptorName','validationWarnings'",
	"'descriptorName':" TEXT ",'validationWarnings':" LIST(REF("Diagnostic")))},
    {"PackageFile", OBJECT_OF("'file'", "'file':{'type':'string','format':'binary'}")},
    {"PackageStored", OBJECT_OF("'name','validationWarnings'",
	"'name':" TEXT ",'validationWarnings':" LIST(REF("Diagnostic")))},
    {"Package", OBJECT_OF("'name','origin','size','uploadedAt','descriptors'", "'name':" TEXT ",'origin':" TEXT
	",'size':" NUMBER ",'uploadedAt':" MOMENT ",'descriptors':" LIST(TEXT)
	",'files':" LIST(OBJECT_OF("'path','size'", "'path':" TEXT ",'size':" NUMBER)))},

    /* where, and by whom */
    {"DeploymentLocation", OBJECT_OF("'name'", "'id':" TEXT ",'name':" TEXT ",'description':" TEXT_OR_NULL
	",'resourceManager':" TEXT_OR_NULL ",'infrastructureType':" TEXT_OR_NULL
	",'infrastructureSpecificProperties':" THING)},
    {"ResourceManager", OBJECT_OF("'name'", "'name':" TEXT ",'type':" TEXT_OR_NULL ",'url':" TEXT_OR_NULL
	",'certificate':" TEXT)},
    {"Onboarded", OBJECT_OF("'operation','success','reason','details'", "'operation':" ONE_OF("'ADD','UPDATE'")
	",'success':" TRUTH ",'reason':" TEXT_OR_NULL ",'details':" THING)},
    {"Onboarding", OBJECT_OF("'resourceManagerOperation','deploymentLocations','resourceTypes'",
	"'resourceManagerOperation':" ONE_OF("'ADD','UPDATE'") ",'deploymentLocations':" BY_NAME(REF("Onboarded"))
	",'resourceTypes':" BY_NAME(REF("Onboarded")))},
    {"ResourceDriver", OBJECT_OF("'baseUri'", "'id':" TEXT ",'type':" TEXT ",'infrastructureType':" TEXT
	",'baseUri':" TEXT ",'certificate':" TEXT)},
    {"ResourceDrivers", "{'description':'with a type the one of it, else all','anyOf':["
	LIST(REF("ResourceDriver")) "," REF("ResourceDriver") "]}"},
    {"DriverHealth", OBJECT_OF("'status'", "'status':" ONE_OF("'UP','DOWN','UNREACHABLE'") ",'reason':" TEXT
	",'httpStatus':" NUMBER ",'vitals':" THING)},
    {"DriverReply", OBJECT_OF("'requestId','status'", "'requestId':" TEXT
	",'status':" ONE_OF("'COMPLETE','FAILED','IN_PROGRESS'") ",'outputs':" VALUES_BY_NAME
	",'associatedTopology':" BY_NAME("{'type':'object','nullable':true}")
	",'failureDetails':" OBJECT("'failureCode':" TEXT ",'description':" TEXT))},
    {"DriverReplyTaken", OBJECT_OF("'requestId','taken'", "'requestId':" TEXT ",'taken':" TRUTH ",'reason':" TEXT)},
    {"InfrastructureKey", OBJECT_OF("'name'", "'name':" TEXT ",'description':" TEXT_OR_NULL ",'publicKey':" TEXT_OR_NULL
	",'privateKey':" TEXT_OR_NULL)},

    /* events and figures */
    {"Webhook", OBJECT_OF("'name','url'", "'name':" TEXT ",'url':" TEXT ",'secret':" TEXT ",'types':" LIST(TEXT)
	",'giveUpAfterSeconds':" NUMBER ",'state':" TEXT ",'lastEventId':" TEXT ",'behind':" NUMBER ",'delivered':" NUMBER
	",'failedAttempts':" NUMBER ",'missed':" NUMBER ",'lastDeliveredAt':" MOMENT_OR_NULL
	",'failingSince':" MOMENT_OR_NULL ",'nextAttemptAt':" MOMENT_OR_NULL ",'trouble':" TEXT_OR_NULL)},
    {"Sample", OBJECT("'metricId':" TEXT ",'metricKey':" TEXT ",'metricName':" TEXT ",'load':" FIGURE
	",'integrity':" ONE_OF("'OK','BROKEN'") ",'values':" BY_NAME(FIGURE) ",'time':" FIGURE)},
    {"Samples", "{'anyOf':[" REF("Sample") "," LIST(REF("Sample")) "]}"},
    {"CollectdValues", LIST(OBJECT_OF("'host','values'", "'host':" TEXT ",'values':" LIST(FIGURE_OR_NULL)
	",'dsnames':" LIST(TEXT) ",'dstypes':" LIST(TEXT) ",'time':" FIGURE ",'interval':" FIGURE ",'plugin':" TEXT
	",'plugin_instance':" TEXT ",'type':" TEXT ",'type_instance':" TEXT))},
    {"Tally", OBJECT_OF("'accepted','dropped','errors'", "'accepted':" NUMBER ",'dropped':" NUMBER
	",'duplicates':" NUMBER ",'late':" NUMBER ",'stale':" NUMBER ",'future':" NUMBER ",'notANumber':" NUMBER
	",'strangers':" NUMBER ",'otherKind':" NUMBER ",'forbidden':" NUMBER
	",'errors':" LIST(OBJECT_OF("'message'", "'index':" NUMBER ",'message':" TEXT)))},
    {"Alerts", OBJECT_OF("'alerts'", "'alerts':" LIST(OBJECT("'status':" TEXT ",'labels':" TEXTS_BY_NAME
	",'annotations':" TEXTS_BY_NAME ",'startsAt':" TEXT ",'endsAt':" TEXT)))},
    {"AlertsTaken", OBJECT_OF("'alerts','accepted','repeated','refused','bad'",
	"'alerts':" LIST(OBJECT_OF("'index'", "'index':" NUMBER ",'processId':" TEXT ",'message':" TEXT))
	",'accepted':" NUMBER ",'repeated':" NUMBER ",'refused':" NUMBER ",'bad':" NUMBER)},
    {"Metrics", OBJECT_OF("'metrics','policies','scrapes'", "'metrics':"
	LIST(OBJECT_OF("'component','metricKey','metricName','at'", "'component':" TEXT ",'metricKey':" TEXT
	",'metricName':" TEXT ",'load':" FIGURE ",'integrity':" ONE_OF("'OK','BROKEN'") ",'values':" THING
	",'at':" MOMENT_OR_NULL)) ",'policies':"
	LIST(OBJECT_OF("'name','enabled','sees'", "'name':" TEXT ",'enabled':" TRUTH ",'sees':" TEXT)) ",'scrapes':"
	LIST(OBJECT_OF("'component','metricName','url','series'", "'component':" TEXT ",'metricName':" TEXT ",'url':" TEXT
	",'series':" TEXT ",'periodSeconds':" FIGURE ",'samples':" NUMBER ",'failures':" NUMBER ",'at':" MOMENT
	",'trouble':" TEXT)))},
    {"Policies", OBJECT_OF("'policies'", "'policies':"
	LIST(OBJECT_OF("'name','assembly','blind','window'", "'name':" TEXT ",'assembly':" TEXT ",'component':" TEXT
	",'state':" TEXT ",'spare':" TRUTH ",'cluster':" TEXT ",'members':" NUMBER ",'inService':" NUMBER ",'spares':" NUMBER
	",'blind':" TEXT_OR_NULL ",'window':{'oneOf':[" REF("ScaleWindow") "," REF("HealWindow")
	"],'discriminator':{'propertyName':'kind'}}")))},
    {"ScaleWindow", OBJECT_OF("'kind','enabled','load','scaleOut','scaleIn','size','samples'",
	"'kind':" ONE_OF("'scale'") ",'enabled':" TRUTH ",'load':" FIGURE_OR_NULL ",'forecast':" FIGURE_OR_NULL
	",'scaleOut':" DIRECTION ",'scaleIn':" DIRECTION ",'size':" NUMBER ",'min':" NUMBER ",'max':" NUMBER
	",'increment':" NUMBER ",'scheduled':" NUMBER ",'target':" FIGURE ",'guard':" FIGURE_OR_NULL
	",'samples':" LIST(OBJECT_OF("'at','load'", "'at':" MOMENT ",'load':" FIGURE)) ",'held':" TEXT_OR_NULL
	",'last':" DECISION)},
    {"HealWindow", OBJECT_OF("'kind','enabled','integrity','broken','missing','heals'",
	"'kind':" ONE_OF("'heal'") ",'enabled':" TRUTH ",'integrity':" ONE_OF_OR_NULL("'OK','BROKEN','missing'")
	",'broken':" NUMBER ",'missing':" NUMBER ",'smoothing':" NUMBER ",'period':" FIGURE ",'missingAt':" MOMENT
	",'heals':" OBJECT_OF("'spent','maximum','window'", "'spent':" NUMBER ",'maximum':" NUMBER ",'window':" FIGURE)
	",'held':" TEXT_OR_NULL ",'last':" DECISION)},

    /* the manager itself */
    {"Status", OBJECT_OF("'version','uptimeMs','listeners'", "'version':" TEXT ",'pid':" NUMBER ",'uptimeMs':" NUMBER
	",'rssKb':" NUMBER ",'cpuSeconds':" FIGURE ",'childCpuSeconds':" FIGURE ",'idle':" TRUTH ",'lastEvent':" NUMBER
	",'descriptors':" NUMBER ",'listeners':" LIST(OBJECT("'address':" TEXT ",'serves':" TEXT))
	",'journal':" OBJECT("'writable':" TRUTH ",'trouble':" TEXT_OR_NULL ",'heldMs':" NUMBER ",'samplesDropped':" NUMBER)
	",'samples':" OBJECT("'accepted':" NUMBER ",'duplicates':" NUMBER ",'late':" NUMBER ",'stale':" NUMBER
	",'future':" NUMBER ",'notANumber':" NUMBER ",'strangers':" NUMBER ",'otherKind':" NUMBER ",'reportsRefused':" NUMBER)
	",'steps':" OBJECT("'asked':" NUMBER ",'answered':" NUMBER ",'inFlight':" NUMBER ",'waiting':" NUMBER
	",'timedOut':" NUMBER ",'late':" NUMBER ",'unknown':" NUMBER ",'faulty':" NUMBER)
	",'scraper':" OBJECT("'metrics':" NUMBER ",'addresses':" NUMBER ",'underWay':" NUMBER ",'fetched':" NUMBER
	",'failed':" NUMBER))},
    {"Health", OBJECT_OF("'status'", "'status':" ONE_OF("'UP','DOWN'") ",'message':" TEXT ",'components':"
	BY_NAME(OBJECT("'status':" TEXT ",'details':" THING)))},
    {"MadeThing", OBJECT_OF("'kind','name','resourceId','resourceName'", "'kind':" TEXT ",'name':" TEXT
	",'resourceId':" TEXT ",'resourceName':" TEXT_OR_NULL)},
    {"Examination", OBJECT_OF("'healthy','components','resources','things','findings'", "'healthy':" TRUTH
	",'components':" NUMBER ",'resources':" NUMBER ",'things':" NUMBER ",'findings':" LIST(REF("Finding")))},
    {"Finding", OBJECT_OF("'code','subject','explanation','repairable'",
	"'code':" ONE_OF("'orphan','missing','partial','stuck','contradiction','journal'") ",'subject':" TEXT_OR_NULL
	",'assembly':" TEXT_OR_NULL ",'resourceId':" TEXT_OR_NULL ",'location':" TEXT_OR_NULL ",'explanation':" TEXT
	",'repair':" TEXT_OR_NULL ",'repairable':" TRUTH)},
    {"RepairRequest", OBJECT("'subjects':" LIST(TEXT))},
    {"Repairs", OBJECT_OF("'repairs'", "'repairs':" LIST(OBJECT_OF("'subject','done'", "'subject':" TEXT
	",'resourceId':" TEXT_OR_NULL ",'components':" NUMBER ",'done':" ONE_OF("'remove','heal','nothing'")
	",'processId':" TEXT ",'reason':" TEXT)))},
    {"OpenApi", THING},
};
/* clang-format on */

const struct shape *openapi_shapes(size_t *n)
{
	*n = LM_COUNT(shapes);
	return shapes;
}
