"""A gRPC client: makes an account with a VPC, launches a product, and watches its events until it is served.

    client.py --server HOST:PORT --ca ca.crt --token TOKEN --stubs DIRECTORY --account ID

docs/grpc_clients.md says how to make the stubs.
"""

import argparse
import sys
import uuid

import grpc


def connect(server, ca, token):
    """A channel by TLS whose calls all carry the token."""
    with open(ca, "rb") as file:
        tls = grpc.ssl_channel_credentials(file.read())
    return grpc.secure_channel(server, grpc.composite_channel_credentials(tls, grpc.access_token_call_credentials(token)))


def watch_until_served(channel, product, revision, out):
    """The events of a provisioned product from a revision on, until its operation has ended; whether it ended well."""
    from nave.event.v1 import event_pb2, event_pb2_grpc
    watch = event_pb2_grpc.EventServiceStub(channel).WatchEvents(
        event_pb2.WatchEventsRequest(after_revision=revision, type_prefix="nave.product.", subject_prefix=product),
        timeout=60)
    for response in watch:
        for event in response.events:
            print(f"{event.revision} {event.type} {event.subject}", file=out, flush=True)
            if event.type in ("nave.product.succeeded", "nave.product.failed"):
                watch.cancel()
                return event.type == "nave.product.succeeded"
    return False


def main():
    parser = argparse.ArgumentParser()
    for flag in ("server", "ca", "token", "stubs", "account"):
        parser.add_argument(f"--{flag}", required=True)
    flags = parser.parse_args()
    sys.path.insert(0, flags.stubs)
    from nave.api.v1 import common_pb2
    from nave.catalog.v1 import operation_pb2, operation_pb2_grpc, provisioned_product_pb2, provisioned_product_pb2_grpc
    from nave.governance.v1 import account_pb2, account_pb2_grpc, vpc_pb2, vpc_pb2_grpc

    def mutation():
        # A call that is sent twice, such as after a lost answer, changes things once.
        return common_pb2.Mutation(request_id=str(uuid.uuid4()))

    account = f"accounts/{flags.account}"
    with connect(flags.server, flags.ca, flags.token) as channel:
        account_pb2_grpc.AccountServiceStub(channel).CreateAccount(account_pb2.CreateAccountRequest(
            account=account_pb2.Account(name=account, organizational_unit="organizationalUnits/workloads"),
            mutation=mutation()), timeout=10)
        vpc = vpc_pb2_grpc.VpcServiceStub(channel).CreateVpc(vpc_pb2.CreateVpcRequest(
            vpc=vpc_pb2.Vpc(name=f"{account}/vpcs/main", cidrs=["10.7.0.0/16"]), mutation=mutation()), timeout=10)
        product = f"{account}/provisionedProducts/out"
        launched = provisioned_product_pb2_grpc.ProvisionedProductServiceStub(channel).LaunchProduct(
            provisioned_product_pb2.LaunchProductRequest(
                provisioned_product=provisioned_product_pb2.ProvisionedProduct(
                    name=product, version="products/outbound",
                    parameters=[common_pb2.Parameter(key="vpc", values=["main"])]),
                mutation=mutation()), timeout=10)
        served = watch_until_served(channel, product, vpc.metadata.revision, sys.stdout)
        operation = operation_pb2_grpc.OperationServiceStub(channel).WaitOperation(
            operation_pb2.WaitOperationRequest(name=launched.operation.name), timeout=60)
    print(operation_pb2.Operation.State.Name(operation.state))
    return 0 if served and operation.state == operation_pb2.Operation.SUCCEEDED else 1


if __name__ == "__main__":
    sys.exit(main())
