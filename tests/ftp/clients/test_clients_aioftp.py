"""aioftp's client: several connections of one event loop."""

from __future__ import annotations

import asyncio

import aioftp
from certificates import client_context
from patience import HANG
from samples import contents, hash_of, make_file, make_tree


def connected(site):
    context = client_context(site.ca) if site.tls else None

    class Connected:
        async def __aenter__(self):
            self.client = aioftp.Client(socket_timeout=HANG, path_timeout=HANG)
            await self.client.connect(site.host, site.port)
            if context is not None:
                await self.client.upgrade_to_tls(context)
            await self.client.login(site.user, site.password)
            return self.client

        async def __aexit__(self, kind, error, trace):
            if kind is None:
                await self.client.quit()
            self.client.close()

    return Connected()


def test_trees_up_and_down(site, here):
    wanted = make_tree(here / "tree")

    async def main():
        async with connected(site) as client:
            await client.make_directory("/up")
            await client.change_directory("/up")
            await client.upload("tree", "here", write_into=True)
            assert contents(site.root / "up" / "here") == wanted
            await client.change_directory("/")
            await client.download("/up/here", "back", write_into=True)
            listed = {str(path): info async for path, info in client.list("/up", recursive=True)}
            assert listed["/up/here/one"]["size"] == "20000"
            assert await client.is_dir("/up/here/empty")
            assert (await client.stat("/up/here/zero"))["type"] == "file"
            await client.rename("/up/here/one", "/one")
            await client.remove("/up")
            assert not await client.exists("/up")

    asyncio.run(main())
    assert contents(here / "back") == wanted
    assert contents(site.root) == {"one": wanted["one"]}


def test_streams_with_an_offset_and_an_abort(site, here):
    wanted = make_file(site.root / "f", 300_000)

    async def main():
        async with connected(site) as client:
            data = b""
            async with client.download_stream("f", offset=100_000) as stream:
                async for block in stream.iter_by_block():
                    data += block
            async with client.upload_stream("half") as stream:
                await stream.write((site.root / "f").read_bytes()[:100_000])
            async with client.append_stream("half") as stream:
                await stream.write(data)
            make_file(site.root / "large", 30_000_000)
            stream = await client.download_stream("large")
            await stream.read(1000)
            await client.abort()
            stream.close()
            assert str(await client.get_current_directory()) == "/"

    asyncio.run(main())
    assert hash_of(site.root / "half") == wanted


def test_ten_clients_at_once(site, here):
    wanted = make_file(here / "f", 500_000)

    async def one(number):
        async with connected(site) as client:
            await client.upload("f", f"f{number}", write_into=True)
            await client.download(f"f{number}", f"back{number}", write_into=True)

    async def main():
        await asyncio.gather(*map(one, range(10)))

    asyncio.run(main())
    assert {hash_of(here / f"back{number}") for number in range(10)} == {wanted}
