use super::{ACCOUNT, Bench, Response};
use crate::emulator::Settings;

const DOCUMENT: &str = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D";

async fn iam(bench: &Bench, form: &str) -> Response {
    bench.form("iam", &format!("{form}&Version=2010-05-08")).await
}

async fn create(bench: &Bench) -> Response {
    iam(bench, &format!("Action=CreateRole&RoleName=r&AssumeRolePolicyDocument={DOCUMENT}&Tags.member.1.Key=a&Tags.member.1.Value=%3Cb%3E")).await
}

fn fails(response: &Response, status: u16, code: &str) {
    response.fails(status, code);
    assert!(response.text.contains(&format!("<Code>{code}</Code>")), "{}", response.text);
}

#[tokio::test]
async fn a_role_reads_back_with_its_trust_policy_encoded() {
    let bench = Bench::start(Settings::default()).await;
    assert_eq!(create(&bench).await.status, 200);
    fails(&create(&bench).await, 409, "EntityAlreadyExists");
    let read = iam(&bench, "Action=GetRole&RoleName=r").await;
    assert!(read.text.contains(&format!("<AssumeRolePolicyDocument>{DOCUMENT}<")), "{}", read.text);
    assert!(read.text.contains(&format!("<Arn>arn:aws:iam::{ACCOUNT}:role/r</Arn>")), "{}", read.text);
    let tags = iam(&bench, "Action=ListRoleTags&RoleName=r").await;
    assert!(tags.text.contains("<member><Key>a</Key><Value>&lt;b&gt;</Value></member>"), "{}", tags.text);
    fails(&iam(&bench, "Action=GetRole&RoleName=nobody").await, 404, "NoSuchEntity");
    let broken = iam(&bench, "Action=CreateRole&RoleName=x&AssumeRolePolicyDocument=%7B").await;
    fails(&broken, 400, "MalformedPolicyDocument");
}

#[tokio::test]
async fn a_role_with_policies_is_not_deleted() {
    let bench = Bench::start(Settings::default()).await;
    create(&bench).await;
    let arn = "arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2Fservice-role%2FAWSLambdaBasicExecutionRole";
    let attach = format!("Action=AttachRolePolicy&RoleName=r&PolicyArn={arn}");
    assert_eq!(iam(&bench, &attach).await.status, 200);
    assert_eq!(iam(&bench, &attach).await.status, 200, "repeatable");
    fails(&iam(&bench, &attach.replace("service-role%2F", "")).await, 404, "NoSuchEntity");
    let listed = iam(&bench, "Action=ListAttachedRolePolicies&RoleName=r").await;
    assert_eq!(listed.text.matches("<PolicyName>AWSLambdaBasicExecutionRole</PolicyName>").count(), 1);
    fails(&iam(&bench, "Action=DeleteRole&RoleName=r").await, 409, "DeleteConflict");
    let detach = attach.replace("Attach", "Detach");
    assert_eq!(iam(&bench, &detach).await.status, 200);
    fails(&iam(&bench, &detach).await, 404, "NoSuchEntity");

    let put = format!("Action=PutRolePolicy&RoleName=r&PolicyName=p&PolicyDocument={DOCUMENT}");
    assert_eq!(iam(&bench, &put).await.status, 200);
    fails(&iam(&bench, "Action=DeleteRole&RoleName=r").await, 409, "DeleteConflict");
    let inline = iam(&bench, "Action=GetRolePolicy&RoleName=r&PolicyName=p").await;
    assert!(inline.text.contains(&format!("<PolicyDocument>{DOCUMENT}<")), "{}", inline.text);
    assert!(iam(&bench, "Action=ListRolePolicies&RoleName=r").await.text.contains("<member>p</member>"));
    assert_eq!(iam(&bench, "Action=DeleteRolePolicy&RoleName=r&PolicyName=p").await.status, 200);
    assert_eq!(iam(&bench, "Action=DeleteRole&RoleName=r").await.status, 200);
    fails(&iam(&bench, "Action=DeleteRole&RoleName=r").await, 404, "NoSuchEntity");
}

#[tokio::test]
async fn an_assumed_role_acts_in_its_account() {
    let mut bench = Bench::start(Settings::default()).await;
    let form = "Action=AssumeRole&RoleSessionName=flowbind&RoleArn=arn%3Aaws%3Aiam%3A%3A444455556666%3Arole%2Fdeploy";
    let answer = bench.form("sts", form).await;
    let (_, rest) = answer.text.split_once("<AccessKeyId>").expect("a key");
    bench.key = rest.split_once('<').expect("an end").0.to_owned();
    let identity = bench.form("sts", "Action=GetCallerIdentity").await;
    assert!(
        identity.text.contains("<Arn>arn:aws:sts::444455556666:assumed-role/deploy/flowbind</Arn>"),
        "{}",
        identity.text
    );
    fails(&bench.form("sts", "Action=AssumeRole&RoleSessionName=x&RoleArn=x").await, 400, "ValidationError");
}
